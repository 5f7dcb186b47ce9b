import { setImmediate as eventLoop } from 'node:timers/promises'
import type { Assignment, Commit, Group, GroupOptions, TopicPartition } from '../../core/log.ts'
import type { Cluster } from './cluster.ts'
import type { Committer, HandOver, MemberIdentity, Ownership } from './committer.ts'
import { committedOffsets, fenced } from './group-offsets.ts'
import { Holdings } from './holdings.ts'
import { createMembership, type Membership } from './membership.ts'
import { listOffsets } from './offsets.ts'
import { keyOf } from './partition-key.ts'
import { PlainCommitter } from './plain-committer.ts'
import type { Producer } from './producer.ts'
import { withOwnBytes } from './sealed-append.ts'
import { takeOver } from './take-over.ts'
import { TransactionalCommitter } from './transactional-committer.ts'

const COMMIT_INTERVAL_MS = 100

/**
 * A member of a consumer group, whose partitions are assigned and revoked as the group rebalances, in part where it does so
 * cooperatively. Callbacks of the listener come one after the other. A broker that is away is waited for; only the group takes
 * partitions away.
 */
export class KafkaGroup implements Group {
  readonly overlapping = true
  readonly #cluster: Cluster
  readonly #producer: Producer
  readonly #options: GroupOptions
  readonly #holdings: Holdings
  readonly #membership: Membership
  /** Aborts when the member wants to leave, the membership fails, or the log closes. */
  readonly #leaving = new AbortController()
  /** The log closes: nobody is called any more. */
  #silent = false
  #running: Promise<void> = Promise.resolve()
  /** Of this membership; another one follows where the member was taken for dead. */
  #committer: Committer
  /** Where the partitions that were assigned last were handed over. */
  readonly #handedOver = new Map<string, HandOver>()

  private constructor(cluster: Cluster, producer: Producer, options: GroupOptions) {
    this.#cluster = cluster
    this.#producer = producer
    this.#options = options
    this.#holdings = new Holdings({
      start: async (partitions, stillOwned) => this.#start(partitions, stillOwned),
      stop: async (partitions, lost) => this.#stop(partitions, lost),
      lost: async () => this.#renewCommitter(),
    })
    const { group, topics } = options
    this.#membership = createMembership({ cluster, group, topics, holder: this.#holdings, leaving: this.#leaving.signal })
    this.#committer = this.#newCommitter()
  }

  /**
   * Resolves once the group has this member; its first `assigned` comes after that. Throws `log.topic.unknown`, `log.access.denied`,
   * `log.group.conflict`, and `log.fenced` where another process took this one's instance id before.
   */
  static async join(cluster: Cluster, producer: Producer, options: GroupOptions): Promise<KafkaGroup> {
    const displaced = cluster.displaced.get(options.group)
    if (displaced !== undefined) throw displaced
    for (const topic of options.topics) await cluster.partitionCount(topic)
    const group = new KafkaGroup(cluster, producer, options)
    try {
      await group.#membership.join()
    } catch (error) {
      await group.#membership.leave()
      throw error
    }
    group.#running = group.#run()
    return group
  }

  async commit(commit: Commit): Promise<void> {
    this.#cluster.closing.throwIfAborted()
    this.#identity(commit.offsets)
    return this.#committer.commit({ ...commit, appends: withOwnBytes(commit.appends) })
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
    this.#holdings.clear()
    this.#leaving.abort()
    await this.#committer.abandon()
    await this.#membership.leave()
  }

  async #run(): Promise<void> {
    try {
      // So that the one who joins has the group in hand before it is assigned anything.
      await eventLoop()
      await this.#membership.run()
    } catch (error) {
      if (!this.#leaving.signal.aborted) this.#options.listener.failed(error)
    } finally {
      this.#leaving.abort()
      await this.#committer.abandon()
      await this.#membership.leave()
    }
  }

  async #start(partitions: readonly TopicPartition[], stillOwned: (partition: TopicPartition) => boolean): Promise<TopicPartition[]> {
    if (this.#leaving.signal.aborted) return []
    const assignments = await this.#assignments(partitions)
    const left = assignments.filter((_, i) => stillOwned(partitions[i]!))
    if (this.#leaving.signal.aborted || (left.length === 0 && partitions.length > 0)) return []
    await this.#options.listener.assigned(left)
    return left
  }

  async #stop(partitions: readonly TopicPartition[], lost: boolean): Promise<void> {
    if (this.#silent) return
    using _ = this.hurry()
    await this.#options.listener.revoked([...partitions], lost)
  }

  async #assignments(partitions: readonly TopicPartition[]): Promise<Assignment[]> {
    const { group } = this.#options
    const memberId = this.#membership.identity?.memberId ?? ''
    const committed = await takeOver(this.#cluster, { group, memberId }, partitions)
    return Promise.all(
      partitions.map(async ({ topic, partition }, i) => {
        const { first } = await listOffsets(this.#cluster, { topic, partition })
        const offset = committed[i]!.next ?? first
        const from = offset < first ? first : offset
        this.#handedOver.set(keyOf({ topic, partition }), { from })
        return { topic, partition, from }
      }),
    )
  }

  #newCommitter(): Committer {
    const { guarantee = 'exactly-once', commitIntervalMs = COMMIT_INTERVAL_MS, group } = this.#options
    const ownership: Ownership = {
      group,
      identity: (partitions) => this.#identity(partitions),
      renewed: async (outdated) => this.#membership.renewed(outdated),
      handedOver: (partition) => this.#handedOver.get(keyOf(partition)),
    }
    const cluster = this.#cluster
    if (guarantee === 'at-least-once') return new PlainCommitter({ cluster, producer: this.#producer, ownership, commitIntervalMs })
    return new TransactionalCommitter({ cluster, ownership, commitIntervalMs })
  }

  /** The others have the partitions already. What is open does not count, and what comes is a membership of its own. */
  async #renewCommitter(): Promise<void> {
    const outdated = this.#committer
    this.#committer = this.#newCommitter()
    await outdated.abandon()
  }

  #identity(partitions: readonly TopicPartition[]): MemberIdentity {
    const { identity } = this.#membership
    const stranger = partitions.find((partition) => identity === undefined || !this.#holdings.has(partition))
    if (stranger !== undefined) throw fenced(this.#options.group, stranger)
    return identity ?? NOBODY
  }
}

/** Who commits where no offsets are. */
const NOBODY: MemberIdentity = { generationId: -1, memberId: '', instanceId: null }
