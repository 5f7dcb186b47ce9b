import { setImmediate as eventLoop, setTimeout as sleep } from 'node:timers/promises'
import { SluiceError } from '../../core/errors.ts'
import type { Assignment, Commit, Group, GroupOptions, TopicPartition } from '../../core/log.ts'
import type { Cluster } from './cluster.ts'
import { isRetriable, reasonOf } from './error-codes.ts'
import { commitOffsets, committedOffsets, fenced } from './group-offsets.ts'
import { type Generation, Membership } from './membership.ts'
import { listOffsets } from './offsets.ts'
import type { Producer } from './producer.ts'

interface Owned {
  readonly generation: Generation
  readonly partitions: ReadonlyMap<string, TopicPartition>
}

/** Why a generation ends for this member. */
type End = 'rebalancing' | 'lost' | 'leaving' | SluiceError

/**
 * A member of a consumer group with eager rebalancing: all of its partitions are revoked, then some are assigned. Callbacks
 * of the listener come one after the other. A broker that is away is waited for; only the group takes partitions away.
 */
export class KafkaGroup implements Group {
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
  /** Settles, without an error, when the appends of the commits so far are on their way. */
  #admitted: Promise<unknown> = Promise.resolve()
  /** By partition: the end of the last commit of its offset that was begun. */
  readonly #commits = new Map<string, Promise<void>>()

  private constructor(cluster: Cluster, producer: Producer, options: GroupOptions) {
    this.#cluster = cluster
    this.#producer = producer
    this.#options = options
    this.#membership = new Membership(cluster, options, this.#leaving.signal)
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

  async commit({ appends, offsets }: Commit): Promise<void> {
    this.#cluster.closing.throwIfAborted()
    const owned = this.#checkOwned(offsets)
    const keys = offsets.map(keyOf)
    const earlier = keys.flatMap((key) => this.#commits.get(key) ?? [])
    const admitted = this.#admitted.then(async () => {
      // Before the first append, so that one that is refused leaves nothing of its commit behind.
      await this.#producer.check(appends)
      return { appended: Promise.allSettled(appends.map(async (append) => this.#producer.append(append))) }
    })
    this.#admitted = admitted.catch(() => {})
    const committed = (async () => {
      const { appended } = await admitted
      for (const result of await appended) if (result.status === 'rejected') throw result.reason
      // Offsets must not overtake each other, nor pass by work that failed.
      await Promise.all(earlier)
      if (offsets.length === 0) return
      if (this.#owned !== owned) throw fenced(this.#options.group, offsets[0]!)
      await commitOffsets(this.#cluster, this.#options.group, { generation: owned!.generation, offsets })
    })()
    const settled = committed.finally(() => {
      for (const key of keys) if (this.#commits.get(key) === settled) this.#commits.delete(key)
    })
    for (const key of keys) this.#commits.set(key, settled)
    return settled
  }

  async committed(partition: TopicPartition): Promise<bigint | undefined> {
    this.#cluster.closing.throwIfAborted()
    const [offset] = await committedOffsets(this.#cluster, this.#options.group, [partition])
    return offset
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
      await this.#membership.leave()
    }
  }

  /** One generation, from what it assigns to what is given up at its end. */
  async #serve(generation: Generation): Promise<void> {
    const partitions = generation.assignment
    this.#owned = { generation, partitions: new Map(partitions.map((partition) => [keyOf(partition), partition])) }
    const over = new AbortController()
    const alive = this.#stayAlive(generation, over.signal)
    try {
      const assignments = await this.#assignments(partitions)
      if (this.#leaving.signal.aborted) return
      await this.#options.listener.assigned(assignments)
      const end = await alive.ended
      const lost = end === 'lost' || end instanceof SluiceError
      if (lost) this.#owned = undefined
      if (partitions.length > 0 && !this.#silent) await this.#options.listener.revoked([...partitions], lost)
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

  async #assignments(partitions: readonly TopicPartition[]): Promise<Assignment[]> {
    const committed = await committedOffsets(this.#cluster, this.#options.group, partitions)
    return Promise.all(
      partitions.map(async ({ topic, partition }, i) => {
        const { first } = await listOffsets(this.#cluster, { topic, partition })
        const offset = committed[i] ?? first
        return { topic, partition, from: offset < first ? first : offset }
      }),
    )
  }

  #checkOwned(offsets: Commit['offsets']): Owned | undefined {
    const stranger = offsets.find((offset) => this.#owned?.partitions.has(keyOf(offset)) !== true)
    if (stranger !== undefined) throw fenced(this.#options.group, stranger)
    return this.#owned
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

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
