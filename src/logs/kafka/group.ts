import { setImmediate as eventLoop, setTimeout as sleep } from 'node:timers/promises'
import { SluiceError } from '../../core/errors.ts'
import type { Assignment, Commit, Group, GroupOptions, TopicPartition } from '../../core/log.ts'
import type { Cluster } from './cluster.ts'
import { isRetriable, reasonOf } from './error-codes.ts'
import type { Committer, MemberIdentity, Ownership } from './committer.ts'
import { committedOffsets, fenced } from './group-offsets.ts'
import { type Generation, Membership } from './membership.ts'
import { listOffsets } from './offsets.ts'
import { PlainCommitter } from './plain-committer.ts'
import type { Producer } from './producer.ts'
import { takeOver } from './take-over.ts'
import { TransactionalCommitter } from './transactional-committer.ts'

const COMMIT_INTERVAL_MS = 100

interface Owned {
  readonly identity: MemberIdentity
  readonly partitions: ReadonlyMap<string, TopicPartition>
}

/** Why a generation ends for this member. */
type End = 'rebalancing' | 'lost' | 'leaving' | SluiceError

/**
 * A member of a consumer group with eager rebalancing: all of its partitions are revoked, then some are assigned. Callbacks
 * of the listener come one after the other. A broker that is away is waited for; only the group takes partitions away.
 */
export class KafkaGroup implements Group {
  readonly overlapping = true
  readonly #cluster: Cluster
  readonly #producer: Producer
  readonly #options: GroupOptions
  readonly #membership: Membership
  /** Aborts when the member wants to leave, the membership fails, or the log closes. */
  readonly #leaving = new AbortController()
  /** The log closes: nobody is called any more. */
  #silent = false
  #owned: Owned | undefined
  #running: Promise<void> = Promise.resolve()
  /** Of this membership; another one follows where the member was taken for dead. */
  #committer: Committer
  /** Where the partitions that were assigned last were handed over. */
  readonly #handedOver = new Map<string, bigint>()

  private constructor(cluster: Cluster, producer: Producer, options: GroupOptions) {
    this.#cluster = cluster
    this.#producer = producer
    this.#options = options
    this.#membership = new Membership(cluster, options, this.#leaving.signal)
    this.#committer = this.#newCommitter()
  }

  /** Resolves once the group has this member; its first `assigned` comes after that. Throws `log.topic.unknown`. */
  static async join(cluster: Cluster, producer: Producer, options: GroupOptions): Promise<KafkaGroup> {
    for (const topic of options.topics) await cluster.partitionCount(topic)
    const group = new KafkaGroup(cluster, producer, options)
    let generation: Generation
    try {
      generation = await group.#membership.join()
    } catch (error) {
      await group.#membership.leave()
      throw error
    }
    group.#running = group.#run(generation)
    return group
  }

  async commit(commit: Commit): Promise<void> {
    this.#cluster.closing.throwIfAborted()
    this.#identity(commit.offsets)
    return this.#committer.commit(commit)
  }

  hurry(): Disposable {
    return this.#committer.hurry()
  }

  async committed(partition: TopicPartition): Promise<bigint | undefined> {
    this.#cluster.closing.throwIfAborted()
    const [offset] = await committedOffsets(this.#cluster, this.#options.group, { partitions: [partition], stable: true })
    return offset!.next
  }

  async leave(): Promise<void> {
    this.#leaving.abort()
    await this.#running
  }

  /** Leaves without a call to the listener, whatever that is doing, so that the others get the partitions now. */
  async quit(): Promise<void> {
    this.#silent = true
    this.#owned = undefined
    this.#leaving.abort()
    await this.#committer.abandon()
    await this.#membership.leave()
  }

  async #run(first: Generation): Promise<void> {
    try {
      // So that the one who joins has the group in hand before it is assigned anything.
      await eventLoop()
      for (let generation = first; ; generation = await this.#membership.join()) {
        await this.#serve(generation)
        if (this.#leaving.signal.aborted) return
      }
    } catch (error) {
      if (!this.#leaving.signal.aborted) this.#options.listener.failed(error)
    } finally {
      this.#leaving.abort()
      await this.#committer.abandon()
      await this.#membership.leave()
    }
  }

  /** One generation, from what it assigns to what is given up at its end. */
  async #serve(generation: Generation): Promise<void> {
    const partitions = generation.assignment
    this.#owned = { identity: identityOf(generation), partitions: new Map(partitions.map((partition) => [keyOf(partition), partition])) }
    const over = new AbortController()
    const alive = this.#stayAlive(generation, over.signal)
    try {
      const assignments = await this.#assignments(generation)
      if (this.#leaving.signal.aborted) return
      await this.#options.listener.assigned(assignments)
      const end = await alive.ended
      const lost = end === 'lost' || end instanceof SluiceError
      if (lost) await this.#giveUp()
      if (partitions.length > 0 && !this.#silent) {
        using _ = this.hurry()
        await this.#options.listener.revoked([...partitions], lost)
      }
      if (end instanceof SluiceError) throw end
    } finally {
      this.#owned = undefined
      over.abort()
      await alive.stopped
    }
  }

  /**
   * Sends heartbeats until `over`, also after `ended` has said that the generation ends, and why: with an error where the
   * coordinator could not be asked for the outage timeout.
   */
  #stayAlive(generation: Generation, over: AbortSignal): { ended: Promise<End>; stopped: Promise<void> } {
    const { heartbeatIntervalMs, outageTimeoutMs, clock } = this.#cluster.settings
    const ended = Promise.withResolvers<End>()
    const leaving = this.#leaving.signal
    const onLeaving = (): void => ended.resolve('leaving')
    leaving.addEventListener('abort', onLeaving)
    if (leaving.aborted) onLeaving()
    const beat = async (): Promise<void> => {
      let heardAt = clock.monotonic()
      while (!over.aborted) {
        try {
          const answer = await this.#membership.heartbeat(generation)
          heardAt = clock.monotonic()
          if (answer !== 'stable') ended.resolve(answer)
          if (answer === 'lost') return
        } catch (error) {
          if (!isRetriable(error) || clock.monotonic() - heardAt > outageTimeoutMs) {
            ended.resolve(this.#unreachable(error))
            return
          }
        }
        await sleep(heartbeatIntervalMs, undefined, { signal: over }).catch(() => {})
      }
    }
    const stopped = beat().finally(() => leaving.removeEventListener('abort', onLeaving))
    return { ended: ended.promise, stopped }
  }

  async #assignments({ assignment: partitions, memberId }: Generation): Promise<Assignment[]> {
    const { group } = this.#options
    const committed = await takeOver(this.#cluster, { group, memberId }, partitions)
    return Promise.all(
      partitions.map(async ({ topic, partition }, i) => {
        const { first } = await listOffsets(this.#cluster, { topic, partition })
        const offset = committed[i]!.next ?? first
        const from = offset < first ? first : offset
        this.#handedOver.set(keyOf({ topic, partition }), from)
        return { topic, partition, from }
      }),
    )
  }

  #newCommitter(): Committer {
    const { guarantee = 'exactly-once', commitIntervalMs = COMMIT_INTERVAL_MS, group } = this.#options
    const ownership: Ownership = {
      group,
      identity: (partitions) => this.#identity(partitions),
      // All partitions are given up in a rebalance, before the next generation begins.
      renewed: async () => {},
      handedOverAt: (partition) => this.#handedOver.get(keyOf(partition)),
    }
    const cluster = this.#cluster
    if (guarantee === 'at-least-once') return new PlainCommitter({ cluster, producer: this.#producer, ownership })
    return new TransactionalCommitter({ cluster, ownership, commitIntervalMs })
  }

  /** The others have the partitions already. What is open does not count, and what comes is a membership of its own. */
  async #giveUp(): Promise<void> {
    this.#owned = undefined
    await this.#committer.abandon()
    this.#committer = this.#newCommitter()
  }

  #identity(partitions: readonly TopicPartition[]): MemberIdentity {
    const stranger = partitions.find((partition) => this.#owned?.partitions.has(keyOf(partition)) !== true)
    if (stranger !== undefined) throw fenced(this.#options.group, stranger)
    return this.#owned?.identity ?? NOBODY
  }

  #unreachable(cause: unknown): SluiceError {
    const { group } = this.#options
    const brokers = this.#cluster.brokerNames
    return new SluiceError(
      'log.unavailable',
      `the coordinator of group '${group}' on Kafka at ${brokers} does not answer: ${reasonOf(cause)}`,
      {
        cause,
        details: { group, brokers },
      },
    )
  }
}

/** Who commits where no offsets are. */
const NOBODY: MemberIdentity = { generationId: -1, memberId: '', instanceId: null }

function identityOf({ generationId, memberId }: Generation): MemberIdentity {
  return { generationId, memberId, instanceId: null }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
