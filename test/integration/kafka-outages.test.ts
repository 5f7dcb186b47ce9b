import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { offsetOf } from '../../src/core/batch.ts'
import type { Assignment, Group, Log } from '../../src/core/log.ts'
import { createKafkaLog, type KafkaLogOptions } from '../../src/logs/kafka/kafka-log.ts'
import { Follower } from '../contracts/log/follower.ts'
import { append, readAll, record, toRecordBatch, valuesOf } from '../contracts/log/plain-record.ts'
import { Story } from '../contracts/log/story.ts'
import { uniqueName } from '../contracts/log/suite.ts'
import { type KafkaCluster, startKafka } from '../setup/kafka/cluster.ts'
import { freePorts } from '../setup/kafka/free-ports.ts'

const opened: Log[] = []

async function open(cluster: KafkaCluster, options: Partial<KafkaLogOptions> = {}): Promise<Log> {
  const log = await createKafkaLog({ brokers: cluster.addresses, heartbeatIntervalMs: 100, ...options })
  opened.push(log)
  return log
}

afterEach(async () => {
  for (const log of opened.splice(0)) await log[Symbol.asyncDispose]()
})

async function createTopic(log: Log, partitions = 1): Promise<string> {
  const topic = uniqueName('topic')
  await log.ensureTopics([{ topic, partitions, cleanup: 'delete' }])
  return topic
}

/**
 * Appends numbered records one after the other until it is told to stop. They are of now: a broker that crashed remembers
 * a producer, and so what it was sent twice, only by records that are younger than a day.
 */
class Writer {
  readonly written: string[] = []
  readonly #story = new Story()
  #stopped = false
  readonly done: Promise<void>

  constructor(log: Log, topic: string, partition = 0) {
    this.done = this.#run(log, topic, partition)
  }

  async has(count: number): Promise<void> {
    await Promise.race([this.#story.until(() => this.written.length >= count), this.done])
  }

  async stop(): Promise<string[]> {
    this.#stopped = true
    await this.done
    return this.written
  }

  async #run(log: Log, topic: string, partition: number): Promise<void> {
    for (let i = 0; !this.#stopped; i++) {
      await append(log, topic, [record(`${i}`, { timestamp: Date.now() })], partition)
      this.written.push(`${i}`)
      this.#story.changed()
    }
  }
}

/** Copies what it is assigned from one topic to the same partition of another, each batch in one commit. */
class Copier {
  readonly story = new Story()
  readonly failures: unknown[] = []
  readonly lost: boolean[] = []
  /** Per partition: the next offset, as committed by this member. */
  readonly committed = new Map<number, bigint>()
  #group: Group | undefined
  #stop = new AbortController()
  #work: Promise<unknown> = Promise.resolve()

  static async join(log: Log, group: string, { from, to }: { from: string; to: string }): Promise<Copier> {
    const copier = new Copier()
    const listener = {
      assigned: async (partitions: readonly Assignment[]): Promise<void> => {
        copier.#stop = new AbortController()
        copier.#work = Promise.all(partitions.map(async (assigned) => copier.#copy(log, to, assigned)))
        copier.#work.catch((error: unknown) => copier.failures.push(error))
      },
      revoked: async (_: unknown, lost: boolean): Promise<void> => {
        copier.lost.push(lost)
        copier.#stop.abort()
        await copier.#work.catch(() => {})
        copier.story.changed()
      },
      failed: (error: unknown): void => void copier.failures.push(error),
    }
    copier.#group = await log.join({ group, topics: [from], listener })
    return copier
  }

  async leave(): Promise<void> {
    await this.#group?.leave()
  }

  async #copy(log: Log, to: string, { topic, partition, from }: Assignment): Promise<void> {
    const { signal } = this.#stop
    for await (const batch of log.read({ topic, partition, from, follow: true, signal })) {
      const values = Array.from({ length: batch.count }, (_, i) => record(`${offsetOf(batch, i)}`))
      await this.#group!.commit({
        appends: [{ topic: to, partition, recordBatch: toRecordBatch(values) }],
        offsets: [{ topic, partition, next: batch.nextOffset }],
      })
      batch.release()
      this.committed.set(partition, batch.nextOffset)
      this.story.changed()
    }
  }
}

describe('With one broker', () => {
  let cluster: KafkaCluster
  beforeAll(async () => {
    cluster = await startKafka()
  })
  afterAll(async () => cluster[Symbol.asyncDispose]())

  test.each(['restart', 'kill'] as const)(
    'a follower and a writer go on after its %s: nothing is lost, twice or out of order',
    async (how) => {
      const log = await open(cluster)
      const topic = await createTopic(log)
      const writer = new Writer(log, topic)
      await using follower = new Follower(log, { topic })
      await follower.has(20)
      await cluster.brokers[0]![how]()
      if (how === 'kill') await cluster.brokers[0]!.start()
      await writer.has(writer.written.length + 20)
      const written = await writer.stop()
      await follower.has(written.length)
      expect(follower.records.map(({ value }) => value)).toEqual(written)
      expect(await valuesOf(log, topic)).toEqual(written)
    },
  )

  test('a group goes on after its restart: all is worked off, in order, and its members keep their partitions', async () => {
    const log = await open(cluster)
    const [from, to] = [await createTopic(log, 2), await createTopic(log, 2)]
    const writers = [0, 1].map((partition) => new Writer(log, from, partition))
    const copier = await Copier.join(log, uniqueName('group'), { from, to })
    await copier.story.until(() => copier.committed.size === 2)
    await cluster.brokers[0]!.restart()
    for (const writer of writers) await writer.has(writer.written.length + 20)
    const counts = (await Promise.all(writers.map(async (writer) => writer.stop()))).map((written) => BigInt(written.length))
    await copier.story.until(() => counts.every((count, partition) => copier.committed.get(partition) === count))
    await copier.leave()
    expect(copier.failures).toEqual([])
    expect(copier.lost).toEqual([false])
    for (const partition of [0, 1]) {
      const expected = Array.from({ length: Number(counts[partition]) }, (_, i) => `${i}`)
      expect(await valuesOf(log, to, { partition })).toEqual(expected)
    }
  })

  test('a member whose session expired is fenced, is told that its partitions are lost, and joins again', async () => {
    const log = await open(cluster)
    const topic = await createTopic(log)
    await append(log, topic, [record('a'), record('b')])
    const group = uniqueName('group')
    const story = new Story()
    const events: string[] = []
    const listener = (name: string) => ({
      assigned: async (partitions: readonly Assignment[]): Promise<void> => {
        events.push(`${name} has ${partitions.length}`)
        story.changed()
      },
      revoked: async (_: unknown, lost: boolean): Promise<void> => {
        events.push(`${name} ${lost ? 'lost' : 'gave up'}`)
        story.changed()
      },
      failed: (error: unknown): void => void events.push(String(error)),
    })
    // Its heartbeat comes too late for its own session.
    const slow = await open(cluster, { sessionTimeoutMs: 600, heartbeatIntervalMs: 4000 })
    const sleeper = await slow.join({ group, topics: [topic], listener: listener('sleeper') })
    await story.until(() => events.includes('sleeper has 1'))
    const heir = await log.join({ group, topics: [topic], listener: listener('heir') })
    await story.until(() => events.includes('heir has 1'))
    const late = sleeper.commit({ appends: [], offsets: [{ topic, partition: 0, next: 2n }] })
    await expect(late).rejects.toMatchObject({ code: 'log.fenced' })
    expect(await heir.committed({ topic, partition: 0 })).toBe(undefined)
    await story.until(() => events.includes('sleeper lost'))
    await heir.leave()
    await story.until(() => events.filter((event) => event === 'sleeper has 1').length === 2)
    expect(events.slice(0, 3)).toEqual(['sleeper has 1', 'heir has 1', 'sleeper lost'])
  })

  test('what is appended after an append that was given up is in the log too, and behind it', async () => {
    const log = await open(cluster, { outageTimeoutMs: 1000 })
    const topic = await createTopic(log)
    const other = await createTopic(log)
    // So that the log has connections, and knows who leads what.
    await append(log, other, [record('before')])
    await log.offsets({ topic, partition: 0 })
    await cluster.brokers[0]!.pause()
    let second: Promise<bigint>
    try {
      const first = append(log, topic, [record('given up', { timestamp: Date.now() })])
      await expect(first).rejects.toMatchObject({ code: 'log.unavailable' })
      second = append(log, topic, [record('after it', { timestamp: Date.now() })])
    } finally {
      cluster.brokers[0]!.resume()
    }
    expect(await second).toBe(1n)
    expect(await append(log, topic, [record('and on', { timestamp: Date.now() })])).toBe(2n)
    expect(await valuesOf(log, topic)).toEqual(['given up', 'after it', 'and on'])
  })

  test.each(['classic', 'consumer'] as const)(
    'a member that is cut off for longer than its session, by the %s protocol, loses its partitions and joins again',
    async (groupProtocol) => {
      const cutOff = await open(cluster, {
        brokers: cluster.proxiedAddresses,
        groupProtocol,
        sessionTimeoutMs: 1000,
        outageTimeoutMs: 20_000,
      })
      const topic = await createTopic(cutOff, 2)
      const story = new Story()
      const events: string[] = []
      const listener = (name: string) => ({
        assigned: async (partitions: readonly Assignment[]): Promise<void> => {
          events.push(`${name} has ${partitions.length}`)
          story.changed()
        },
        revoked: async (partitions: readonly unknown[], lost: boolean): Promise<void> => {
          events.push(`${name} ${lost ? 'lost' : 'gave up'} ${partitions.length}`)
          story.changed()
        },
        failed: (error: unknown): void => void events.push(String(error)),
      })
      const group = uniqueName('group')
      const ghost = await cutOff.join({ group, topics: [topic], listener: listener('ghost') })
      await story.until(() => events.includes('ghost has 2'))
      const direct = await open(cluster, { groupProtocol, sessionTimeoutMs: 1000 })
      const began = events.length
      cluster.proxies[0]!.cut()
      const heir = await direct.join({ group, topics: [topic], listener: listener('heir') })
      await story.until(() => events.includes('heir has 2'))
      await heir.commit({ appends: [], offsets: [{ topic, partition: 0, next: 0n }] })
      cluster.proxies[0]!.mend()
      await story.until(() => events.includes('ghost lost 2'))
      await expect(ghost.commit({ appends: [], offsets: [{ topic, partition: 0, next: 0n }] })).rejects.toMatchObject({
        code: 'log.fenced',
      })
      await story.until(() => events.includes('heir gave up 1') && events.includes('ghost has 1'))
      expect(events.slice(began).filter((event) => event.includes('lost') || event.includes('rror'))).toEqual(['ghost lost 2'])
      await heir.leave()
      await ghost.leave()
    },
  )

  test('work on a log whose broker stays away fails in time and says which broker', async () => {
    const log = await open(cluster, { outageTimeoutMs: 1500, sessionTimeoutMs: 1000 })
    const topic = await createTopic(log)
    const failed = Promise.withResolvers<unknown>()
    let lost: boolean | undefined
    const group = await log.join({
      group: uniqueName('group'),
      topics: [topic],
      listener: { assigned: async () => {}, revoked: async (_, isLost) => void (lost = isLost), failed: failed.resolve },
    })
    await append(log, topic, [record('a')])
    const followed = new Follower(log, { topic, from: 1n }).ended.catch((error: unknown) => error)
    const unavailable = { code: 'log.unavailable', message: expect.stringContaining(cluster.addresses[0]!) }
    await cluster.brokers[0]!.stop()
    try {
      await expect(append(log, topic, [record('b')])).rejects.toMatchObject(unavailable)
      await expect(readAll(log, topic)).rejects.toMatchObject(unavailable)
      await expect(log.partitions(topic)).rejects.toMatchObject(unavailable)
      await expect(group.committed({ topic, partition: 0 })).rejects.toMatchObject(unavailable)
      expect(await followed).toMatchObject(unavailable)
      expect(await failed.promise).toMatchObject(unavailable)
      expect(lost).toBe(true)
    } finally {
      await cluster.brokers[0]!.start()
    }
    expect(await append(log, topic, [record('c')])).toBe(1n)
  })
})

describe('With three brokers', () => {
  let cluster: KafkaCluster
  beforeAll(async () => {
    cluster = await startKafka(3)
  })
  afterAll(async () => cluster[Symbol.asyncDispose]())

  test('killing one of them loses nothing, and what it led goes on elsewhere', async () => {
    const log = await open(cluster)
    const topic = await createTopic(log, 3)
    const writers = [0, 1, 2].map((partition) => new Writer(log, topic, partition))
    const followers = [0, 1, 2].map((partition) => new Follower(log, { topic, partition }))
    for (const follower of followers) await follower.has(10)
    // Each of the brokers leads one of the partitions.
    await cluster.brokers[1]!.kill()
    for (const writer of writers) await writer.has(writer.written.length + 10)
    for (const [partition, writer] of writers.entries()) {
      const written = await writer.stop()
      await followers[partition]!.has(written.length)
      expect(followers[partition]!.records.map(({ value }) => value)).toEqual(written)
    }
    for (const follower of followers) await follower[Symbol.asyncDispose]()
  })
})

test('a log on brokers that are not there fails in time and names them', async () => {
  const [port] = await freePorts(1)
  const started = performance.now()
  const opening = createKafkaLog({ brokers: [`127.0.0.1:${port}`], connectTimeoutMs: 800 })
  await expect(opening).rejects.toMatchObject({
    code: 'log.unavailable',
    message: expect.stringContaining(`127.0.0.1:${port}`),
    cause: expect.anything(),
  })
  expect(performance.now() - started).toBeLessThan(5000)
})
