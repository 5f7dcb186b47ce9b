import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Log, TopicPartition } from '../../src/core/log.ts'
import { createKafkaLog, type KafkaLogOptions } from '../../src/logs/kafka/kafka-log.ts'
import { GroupStage, type StageMember } from '../contracts/log/group-stage.ts'
import { Story } from '../contracts/log/story.ts'
import { JavaClient, type JavaConfig, type JavaMember, type MemberEvent } from '../setup/java-client/java-client.ts'
import { createTopic } from './kafka-topics.ts'

const broker = inject('kafka')
const PROTOCOLS = { classic: {}, consumer: { groupProtocol: 'consumer' } } as const satisfies Record<string, Partial<KafkaLogOptions>>

let java: JavaClient
beforeAll(async () => {
  java = await JavaClient.start([broker])
})
afterAll(async () => java[Symbol.asyncDispose]())

const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each[Symbol.asyncDispose]()
})

async function open(options: Partial<KafkaLogOptions> = {}): Promise<Log> {
  const log = await createKafkaLog({ brokers: [broker], heartbeatIntervalMs: 50, ...options })
  opened.push(log)
  return log
}

async function stageFor(partitions: number, options: Partial<KafkaLogOptions> = {}): Promise<GroupStage> {
  const stage = new GroupStage(await open(options), [await createTopic(broker, {}, partitions)])
  opened.push(stage)
  return stage
}

const names = (partitions: Iterable<string>): string[] => [...partitions].toSorted()

/** Commits one offset after the other for each partition that the member has, and keeps what failed. */
class Worker {
  readonly failures: unknown[] = []
  readonly committed = new Map<string, bigint>()
  readonly #running = new Map<string, { stop: boolean; done: Promise<void> }>()
  readonly #member: StageMember

  constructor(member: StageMember) {
    this.#member = member
    member.onRevoked = async (partitions) => this.stop(partitions)
  }

  /** Works on what the member has by now. */
  start(): void {
    for (const [name, { topic, partition, from }] of this.#member.owned) {
      if (this.#running.has(name)) continue
      const running = { stop: false, done: Promise.resolve() }
      running.done = this.#work({ topic, partition }, from, running)
      this.#running.set(name, running)
    }
  }

  async stop(partitions: readonly TopicPartition[]): Promise<void> {
    const stopping = partitions.map(({ topic, partition }) => `${topic}-${partition}`)
    const running = stopping.flatMap((name) => this.#running.get(name) ?? [])
    for (const each of running) each.stop = true
    await Promise.all(running.map(async ({ done }) => done))
    for (const name of stopping) this.#running.delete(name)
  }

  async #work({ topic, partition }: TopicPartition, from: bigint, running: { readonly stop: boolean }): Promise<void> {
    try {
      for (let next = from + 1n; !running.stop; next++) {
        await this.#member.commit({ offsets: [{ topic, partition, next }] })
        this.committed.set(`${topic}-${partition}`, next)
      }
    } catch (error) {
      this.failures.push(error)
    }
  }
}

describe.each(Object.entries(PROTOCOLS))('A group of the %s protocol', (_, options) => {
  test('revokes only what moves, and works on the rest without a break', async () => {
    const stage = await stageFor(4, options)
    const first = await stage.join()
    await stage.settles([first, 4])
    const worker = new Worker(first)
    const revoked: TopicPartition[] = []
    first.onRevoked = async (partitions) => {
      revoked.push(...partitions)
      await worker.stop(partitions)
    }
    worker.start()
    const second = await stage.join()
    await stage.settles([first, 2], [second, 2])
    expect(names(revoked.map(({ topic, partition }) => `${topic}-${partition}`))).toEqual(names(second.owned.keys()))
    for (const { topic, partition, from } of second.owned.values()) expect(from).toBe(worker.committed.get(`${topic}-${partition}`))
    const kept = [...first.owned.keys()]
    const before = kept.map((name) => worker.committed.get(name)!)
    // The new identity is good for commits, too.
    while (kept.some((name, i) => worker.committed.get(name)! < before[i]! + 3n)) await new Promise((resolve) => setImmediate(resolve))
    expect(worker.failures).toEqual([])
    await first.leave()
    await stage.settles([second, 4])
    for (const name of kept) expect(second.owned.get(name)!.from).toBe(worker.committed.get(name))
    expect(worker.failures).toEqual([])
    expect(stage.violations).toEqual([])
  })

  test('comes through a storm: members that come and go in haste, while all work', async () => {
    const logs = [await open(options), await open(options), await open(options)]
    const topic = await createTopic(broker, {}, 12)
    const stage = new GroupStage(logs[0]!, [topic])
    opened.push(stage)
    const workers: Worker[] = []
    const join = async (i: number): Promise<StageMember> => {
      const member = await stage.join([topic], logs[i % logs.length])
      const worker = new Worker(member)
      workers.push(worker)
      const onAssigned = member.assigned.bind(member)
      member.assigned = async (partitions) => {
        await onAssigned(partitions)
        worker.start()
      }
      worker.start()
      return member
    }
    const members = await Promise.all([0, 1, 2, 3].map(join))
    for (let round = 0; round < 6; round++) {
      const leaving = members.shift()!
      const [joined] = await Promise.all([join(round), leaving.leave()])
      members.push(joined)
    }
    await stage.settles(...members.map((member) => [member, 3] as const))
    expect(workers.flatMap(({ failures }) => failures)).toEqual([])
    expect(stage.violations).toEqual([])
  })

  test('notices that a topic has more partitions', async () => {
    const stage = await stageFor(2, { ...options, metadataRefreshMs: 100 })
    const [first, second] = [await stage.join(), await stage.join()]
    await stage.settles([first, 1], [second, 1])
    await java.addPartitions(stage.topics[0]!, 6)
    await stage.settles([first, 3], [second, 3])
    expect(stage.violations).toEqual([])
  })

  test('keeps the place of a static member that restarts, and the others notice nothing', async () => {
    const stage = await stageFor(4, { ...options, instanceId: 'one' })
    const first = await stage.join()
    const other = await stage.join(stage.topics, await open({ ...options, instanceId: 'two' }))
    await stage.settles([first, 2], [other, 2])
    const had = names(first.owned.keys())
    const changes: string[] = []
    const assigned = other.assigned.bind(other)
    const revoked = other.revoked.bind(other)
    other.assigned = async (partitions) => {
      changes.push('assigned')
      await assigned(partitions)
    }
    other.revoked = async (partitions, lost) => {
      changes.push('revoked')
      await revoked(partitions, lost)
    }
    await first.leave()
    const again = await stage.join(stage.topics, await open({ ...options, instanceId: 'one' }))
    await stage.settles([again, 2], [other, 2])
    expect(names(again.owned.keys())).toEqual(had)
    const [mine] = again.owned.values()
    // As many transactions as take several intervals of heartbeats.
    for (let next = 1n; next < 6n; next++) await again.commit({ offsets: [{ topic: mine!.topic, partition: mine!.partition, next }] })
    expect(changes).toEqual([])
    expect(stage.violations).toEqual([])
  })

  test('gives away the place of a static member that does not come back', async () => {
    const stage = await stageFor(2, { ...options, instanceId: 'one', sessionTimeoutMs: 1000 })
    const first = await stage.join()
    const other = await stage.join(stage.topics, await open({ ...options, instanceId: 'two' }))
    await stage.settles([first, 1], [other, 1])
    await first.leave()
    await stage.settles([other, 2])
    expect(stage.violations).toEqual([])
  })
})

describe('Two processes of one instance id', () => {
  test('of the classic protocol: the later one takes over, and the earlier one stays out', async () => {
    const topic = await createTopic(broker, {}, 2)
    const group = `group-${randomUUID()}`
    const earlier = await open({ instanceId: 'same' })
    const story = new Story()
    const events: unknown[] = []
    const listener = {
      assigned: async (partitions: readonly unknown[]) => void events.push(`assigned ${partitions.length}`),
      revoked: async (partitions: readonly unknown[], lost: boolean) =>
        void events.push(`${lost ? 'lost' : 'revoked'} ${partitions.length}`),
      failed: (error: unknown) => {
        events.push(error)
        story.changed()
      },
    }
    const member = await earlier.join({ group, topics: [topic], listener })
    const stage = new GroupStage(await open({ instanceId: 'same' }), [topic], group)
    const heir = await stage.join()
    await stage.settles([heir, 2])
    await story.until(() => events.length === 3)
    const fenced = expect.objectContaining({ code: 'log.fenced', message: expect.stringContaining("'same'") })
    expect(events).toEqual(['assigned 2', 'lost 2', fenced])
    await expect(member.commit({ appends: [], offsets: [{ topic, partition: 0, next: 1n }] })).rejects.toMatchObject({ code: 'log.fenced' })
    await expect(earlier.join({ group, topics: [topic], listener })).rejects.toThrow("'same'")
    await heir.commit({ offsets: [{ topic, partition: 0, next: 1n }] })
    await heir.leave()
    expect(stage.violations).toEqual([])
  })

  test('of the consumer protocol: the later one waits until the earlier one has gone', async () => {
    const stage = await stageFor(2, { groupProtocol: 'consumer', instanceId: 'same' })
    const earlier = await stage.join()
    await stage.settles([earlier, 2])
    const waiting = stage.join(stage.topics, await open({ groupProtocol: 'consumer', instanceId: 'same' }))
    await earlier.commit({ offsets: [{ topic: stage.topics[0]!, partition: 0, next: 1n }] })
    await earlier.leave()
    await stage.settles([await waiting, 2])
    expect(stage.violations).toEqual([])
  })
})

describe('Members with different assignors', () => {
  test('that have none in common are told so', async () => {
    const stage = await stageFor(1, { assignors: ['cooperative-sticky'] })
    await stage.join()
    const range = await open({ assignors: ['range'] })
    await expect(stage.join(stage.topics, range)).rejects.toMatchObject({ code: 'log.group.conflict' })
  })

  test('share partitions by the one that they have in common, as in a change-over', async () => {
    const stage = await stageFor(4, { assignors: ['range'] })
    const old = await stage.join()
    await stage.settles([old, 4])
    const both = await stage.join(stage.topics, await open({ assignors: ['cooperative-sticky', 'range'] }))
    await stage.settles([old, 2], [both, 2])
    await old.leave()
    await stage.settles([both, 4])
    const cooperative = await stage.join(stage.topics, await open({ assignors: ['cooperative-sticky'] }))
    await stage.settles([both, 2], [cooperative, 2])
    expect(stage.violations).toEqual([])
  })
})

describe('Members that are Java clients', () => {
  /** A Java member, with what it has. */
  class Partner {
    readonly owned = new Set<string>()
    readonly events: MemberEvent[] = []
    member: JavaMember | undefined
    readonly #stage: GroupStage

    constructor(stage: GroupStage) {
      this.#stage = stage
    }

    async join(config: JavaConfig): Promise<void> {
      this.member = await java.join(this.#stage.topics, { 'group.id': this.#stage.group, ...config }, (event) => this.#heard(event))
    }

    #heard(event: MemberEvent): void {
      this.events.push(event)
      for (const { topic, partition } of event.partitions ?? []) {
        const name = `${topic}-${partition}`
        const others = this.#stage.members.filter((member) => member.owned.has(name))
        if (event.event !== 'assigned') this.owned.delete(name)
        else if (others.length > 0) this.#stage.violations.push(`${name} is the Java member's, and another's`)
        else this.owned.add(name)
      }
      this.#stage.story.changed()
    }
  }

  const COOPERATIVE = {
    'partition.assignment.strategy': 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor',
    'heartbeat.interval.ms': 100,
  }
  const RANGE = { 'partition.assignment.strategy': 'org.apache.kafka.clients.consumer.RangeAssignor', 'heartbeat.interval.ms': 100 }
  const variants: readonly (readonly [string, Partial<KafkaLogOptions>, JavaConfig])[] = [
    ['cooperatively', {}, COOPERATIVE],
    ['eagerly', { assignors: ['range'] }, RANGE],
    ['by the consumer protocol', { groupProtocol: 'consumer' }, { 'group.protocol': 'consumer' }],
  ]

  test.each(variants)('share the partitions %s with a Sluice member that leads', async (how, options, config) => {
    const stage = await stageFor(6, options)
    const first = await stage.join()
    await stage.settles([first, 6])
    const revoked: number[] = []
    first.onRevoked = async (partitions) => void revoked.push(partitions.length)
    const partner = new Partner(stage)
    await partner.join(config)
    await stage.story.until(() => first.owned.size === 3 && partner.owned.size === 3)
    expect(revoked).toEqual([how === 'eagerly' ? 6 : 3])
    await partner.member!.leave()
    await stage.settles([first, 6])
    expect(partner.events.filter(({ event }) => event === 'failed' || event === 'lost')).toEqual([])
    expect(stage.violations).toEqual([])
  })

  test.each(variants)('share the partitions %s with a Sluice member where they lead', async (how, options, config) => {
    const stage = await stageFor(6, options)
    const partner = new Partner(stage)
    await partner.join(config)
    await stage.story.until(() => partner.owned.size === 6)
    const first = await stage.join()
    await stage.story.until(() => first.owned.size === 3 && partner.owned.size === 3)
    const revokedOfJava = partner.events.filter(({ event }) => event === 'revoked').flatMap(({ partitions }) => partitions!)
    expect(revokedOfJava).toHaveLength(how === 'eagerly' ? 6 : 3)
    const second = await stage.join()
    await stage.story.until(() => first.owned.size === 2 && second.owned.size === 2 && partner.owned.size === 2)
    await first.leave()
    await second.leave()
    await stage.story.until(() => partner.owned.size === 6)
    await partner.member!.leave()
    expect(partner.events.filter(({ event }) => event === 'failed' || event === 'lost')).toEqual([])
    expect(stage.violations).toEqual([])
  })
})
