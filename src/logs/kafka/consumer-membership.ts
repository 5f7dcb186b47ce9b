import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { consumerGroupHeartbeatV1 } from '@platformatic/kafka'
import type { TopicPartition } from '../../core/log.ts'
import type { RetryOptions } from './cluster.ts'
import type { MemberIdentity } from './committer.ts'
import { hasKafkaCode, isRetriable, KAFKA_ERROR } from './error-codes.ts'
import { conflictingGroup, displaced, failedMembership } from './group-errors.ts'
import type { Membership, MembershipOptions } from './membership.ts'
import { asError, Notices } from './notices.ts'
import { keyOf, keysOf } from './partition-key.ts'
import { Standing } from './standing.ts'

type HeartbeatResponse = consumerGroupHeartbeatV1.ConsumerGroupHeartbeatResponse
type ById = NonNullable<HeartbeatResponse['assignment']>['topicPartitions']

const JOIN = 0
const LEAVE = -1
const LEAVE_FOR_NOW = -2
const LEAVE_LIMIT_MS = 1000
const { unknownMemberId, fencedMemberEpoch, staleMemberEpoch, fencedInstanceId, unreleasedInstanceId, groupIdNotFound } = KAFKA_ERROR

/**
 * A member by Kafka's `consumer` group protocol (KIP-848, ConsumerGroupHeartbeat version 1): the brokers share out the partitions, tell each member
 * its part in the answers to heartbeats, and wait until those that give up a partition say that they have. The session timeout and the interval of
 * heartbeats are the brokers' settings.
 */
export class ConsumerMembership implements Membership {
  readonly #options: MembershipOptions
  readonly #memberId = randomUUID()
  readonly #standing = new Standing()
  readonly #notices: Notices
  readonly #left = new AbortController()
  #poke = new AbortController()
  #epoch = JOIN
  #intervalMs = 1000
  #target: ById = []
  /** The coordinator has said that this member is none: no heartbeats until what it had is given up. */
  #lost = false
  /** The coordinator need not be told again what it knows. */
  #told = false
  #alive: Promise<void> | undefined

  constructor(options: MembershipOptions) {
    this.#options = options
    this.#notices = new Notices(options.leaving)
  }

  get identity(): MemberIdentity | undefined {
    return this.#standing.identity
  }

  async renewed(outdated: MemberIdentity): Promise<void> {
    this.#poke.abort()
    await this.#standing.renewed(outdated)
  }

  async join(): Promise<void> {
    const { cluster, group } = this.#options
    const { rebalanceTimeoutMs, outageTimeoutMs } = cluster.settings
    const retry: RetryOptions = {
      limitMs: rebalanceTimeoutMs + outageTimeoutMs,
      signal: AbortSignal.any([this.#left.signal, cluster.closing]),
      need: { operation: 'Read', type: 'group', name: group },
    }
    await cluster.retry(`join group ${group}`, async () => this.#beat(), retry)
  }

  async run(): Promise<void> {
    const { holder, leaving } = this.#options
    this.#alive = this.#stayAlive()
    let fresh = true
    try {
      for (;;) {
        const notice = await this.#notices.next()
        if (leaving.aborted) break
        if (typeof notice !== 'string') throw notice
        if (notice === 'target') fresh = await this.#reconcile(fresh)
        else {
          await holder.giveUp(holder.owned, true)
          fresh = true
          this.#epoch = JOIN
          this.#told = false
          this.#lost = false
        }
        this.#poke.abort()
      }
      await holder.giveUp(holder.owned, false)
    } catch (error) {
      this.#standing.identity = undefined
      await holder.giveUp(holder.owned, true)
      throw error
    } finally {
      await this.leave()
    }
  }

  async leave(): Promise<void> {
    if (this.#left.signal.aborted) return
    this.#left.abort()
    const wasMember = this.#epoch !== JOIN
    this.#standing.identity = undefined
    // A heartbeat that is under way must not come after the leave, and join again.
    await Promise.race([this.#alive, sleep(LEAVE_LIMIT_MS, undefined, { ref: false })])
    if (!wasMember || this.#lost) return
    const { settings } = this.#options.cluster
    try {
      await this.#send({ epoch: settings.instanceId === undefined ? LEAVE : LEAVE_FOR_NOW, full: false })
    } catch {
      // The session's end does the same a little later.
    }
  }

  /** Brings what is owned to what the brokers want. */
  async #reconcile(fresh: boolean): Promise<boolean> {
    const { holder } = this.#options
    const before = this.#target
    const target = await this.#named(before)
    const [wanted, owned] = [keysOf(target), keysOf(holder.owned)]
    const surplus = holder.owned.filter((partition) => !wanted.has(keyOf(partition)))
    const missing = target.filter((partition) => !owned.has(keyOf(partition)))
    if (surplus.length > 0) await holder.giveUp(surplus, false)
    this.#told = false
    if (this.#lost || this.#target !== before || (missing.length === 0 && !fresh)) return fresh
    holder.take(missing).catch((error: unknown) => this.#notices.raise(asError(error)))
    return false
  }

  /** The brokers tell topics by their ids. One that is not known of yet comes again with a later heartbeat. */
  async #named(byId: ById): Promise<TopicPartition[]> {
    const { cluster, topics, group } = this.#options
    if (byId.some(({ topicId }) => cluster.topicName(topicId) === undefined)) {
      await cluster.retry(`look up the topics of group ${group}`, async () => cluster.describe(topics))
    }
    return byId.flatMap(({ topicId, partitions }) => {
      const topic = cluster.topicName(topicId)
      return topic === undefined ? [] : partitions.map((partition) => ({ topic, partition }))
    })
  }

  async #stayAlive(): Promise<void> {
    const { outageTimeoutMs, clock } = this.#options.cluster.settings
    let heardAt = clock.monotonic()
    for (const { signal } = this.#left; !signal.aborted;) {
      this.#poke = new AbortController()
      const poke = AbortSignal.any([signal, this.#poke.signal])
      await sleep(this.#intervalMs, undefined, { signal: poke }).catch(() => {})
      if (signal.aborted) return
      if (this.#lost) continue
      try {
        await this.#beat()
        heardAt = clock.monotonic()
      } catch (error) {
        if (!isRetriable(error) || clock.monotonic() - heardAt > outageTimeoutMs) {
          this.#notices.raise(failedMembership(this.#options, error))
          return
        }
        // Faster than the brokers ask for: they may be about to take this member for dead.
        this.#intervalMs = Math.min(this.#intervalMs, this.#options.cluster.settings.heartbeatIntervalMs)
      }
    }
  }

  async #beat(): Promise<void> {
    const told = this.#told
    this.#told = true
    try {
      this.#heard(await this.#send({ epoch: this.#epoch, full: !told }))
    } catch (error) {
      this.#told = false
      this.#refused(error)
    }
  }

  #heard({ memberEpoch, heartbeatIntervalMs, assignment }: HeartbeatResponse): void {
    if (this.#left.signal.aborted) return
    this.#intervalMs = heartbeatIntervalMs
    if (memberEpoch !== this.#epoch || this.identity === undefined) {
      this.#epoch = memberEpoch
      const instanceId = this.#options.cluster.settings.instanceId ?? null
      this.#standing.identity = { generationId: memberEpoch, memberId: this.#memberId, instanceId }
    }
    if (assignment == null) return
    this.#target = assignment.topicPartitions
    this.#notices.raise('target')
  }

  #refused(error: unknown): void {
    const { cluster, group } = this.#options
    if (hasKafkaCode(error, fencedInstanceId)) throw displaced(this.#options, error)
    if (hasKafkaCode(error, KAFKA_ERROR.inconsistentGroupProtocol, groupIdNotFound)) throw conflictingGroup(this.#options, error)
    if (this.#epoch !== JOIN && hasKafkaCode(error, unknownMemberId, fencedMemberEpoch, staleMemberEpoch)) {
      this.#lost = true
      this.#standing.identity = undefined
      this.#notices.raise('lost')
      return
    }
    cluster.forgetCoordinator(group)
    // The process that had the instance id before this one may still be taken for alive, until its session ends.
    if (hasKafkaCode(error, unreleasedInstanceId)) throw new Error(`the instance id is another process's as yet`, { cause: error })
    throw error
  }

  async #send({ epoch, full }: { readonly epoch: number; readonly full: boolean }): Promise<HeartbeatResponse> {
    const { cluster, group, topics, holder } = this.#options
    const { rebalanceTimeoutMs, instanceId } = cluster.settings
    const connection = await cluster.connections.shared(await cluster.coordinator(group))
    return consumerGroupHeartbeatV1.api.async(
      connection,
      group,
      this.#memberId,
      epoch,
      instanceId ?? null,
      null,
      full ? rebalanceTimeoutMs : -1,
      full ? [...topics] : null,
      null,
      null,
      full ? byTopicId(holder.owned, (topic) => cluster.topicId(topic)) : null,
    )
  }
}

function byTopicId(partitions: readonly TopicPartition[], idOf: (topic: string) => string | undefined): ById {
  return [...Map.groupBy(partitions, ({ topic }) => topic)].flatMap(([topic, of]) => {
    const topicId = idOf(topic)
    return topicId === undefined ? [] : [{ topicId, partitions: of.map(({ partition }) => partition) }]
  })
}
