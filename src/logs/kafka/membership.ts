import { type Connection, heartbeatV4, joinGroupV8, leaveGroupV5, ResponseError, syncGroupV5 } from '@platformatic/kafka'
import type { GroupOptions, TopicPartition } from '../../core/log.ts'
import type { Cluster } from './cluster.ts'
import { closeNow } from './connections.ts'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts'
import { hasKafkaCode, isRetriable, KAFKA_ERROR } from './error-codes.ts'
import { assignRanges } from './range-assignor.ts'

const PROTOCOL_TYPE = 'consumer'
const PROTOCOL = 'range'
const { illegalGeneration, unknownMemberId, fencedInstanceId, rebalanceInProgress, memberIdRequired } = KAFKA_ERROR

export interface Generation {
  readonly generationId: number
  readonly memberId: string
  readonly assignment: readonly TopicPartition[]
}

/** `stable`: nothing changed. `rebalancing`: give up the partitions and join again. `lost`: they are another member's already. */
export type Heartbeat = 'stable' | 'rebalancing' | 'lost'

/**
 * One membership in a consumer group, spoken over a connection of its own, since the coordinator answers a join only when
 * all members have joined. (Kafka's classic group protocol: JoinGroup, SyncGroup, Heartbeat, LeaveGroup.) Not for concurrent use,
 * but for `leave`.
 */
export class Membership {
  readonly #cluster: Cluster
  readonly #group: string
  readonly #topics: readonly string[]
  readonly #leaving: AbortSignal
  #connection: Connection | undefined
  #memberId = ''
  #left = false

  /** `leaving` ends a join that waits for the other members. */
  constructor(cluster: Cluster, { group, topics }: Pick<GroupOptions, 'group' | 'topics'>, leaving: AbortSignal) {
    this.#cluster = cluster
    this.#group = group
    this.#topics = [...topics].sort()
    this.#leaving = leaving
  }

  /** Joins, or joins again, and resolves with what this member owns in the new generation. Waits for the other members. */
  async join(): Promise<Generation> {
    const { rebalanceTimeoutMs, outageTimeoutMs } = this.#cluster.settings
    const options = { limitMs: rebalanceTimeoutMs + outageTimeoutMs, signal: this.#leaving }
    return this.#cluster.retry(`join group ${this.#group}`, async () => this.#joinOnce(), options)
  }

  /** Says that this member is alive. Rejects, perhaps only for now, where the coordinator can't be asked. */
  async heartbeat({ generationId, memberId }: Generation): Promise<Heartbeat> {
    try {
      await heartbeatV4.api.async(await this.#coordinator(), this.#group, generationId, memberId, null)
      return 'stable'
    } catch (error) {
      if (hasKafkaCode(error, rebalanceInProgress)) return 'rebalancing'
      if (hasKafkaCode(error, illegalGeneration, unknownMemberId, fencedInstanceId)) return 'lost'
      this.#drop()
      throw error
    }
  }

  /** Leaves at once, so that the others need not wait for the session's end. Never rejects; without effect after the first time. */
  async leave(): Promise<void> {
    if (this.#left) return
    this.#left = true
    this.#drop()
    if (this.#memberId === '') return
    try {
      const address = await this.#cluster.coordinator(this.#group)
      const members = [{ memberId: this.#memberId, groupInstanceId: null, reason: 'leaves' }]
      await leaveGroupV5.api.async(await this.#cluster.connections.shared(address), this.#group, members)
    } catch {
      // The session's end does the same a little later.
    }
  }

  async #joinOnce(): Promise<Generation> {
    try {
      const joined = await this.#requestJoin()
      const assignments = joined.leader === joined.memberId ? await this.#assign(joined) : []
      const { generationId, memberId, protocolName } = joined
      const connection = await this.#coordinator()
      const synced = await syncGroupV5.api.async(
        connection,
        this.#group,
        generationId,
        memberId,
        null,
        PROTOCOL_TYPE,
        protocolName,
        assignments,
      )
      return { generationId, memberId, assignment: decodeAssignment(synced.assignment) }
    } catch (error) {
      if (hasKafkaCode(error, unknownMemberId, fencedInstanceId)) this.#memberId = ''
      else if (hasKafkaCode(error, illegalGeneration, rebalanceInProgress)) {
        // The others have begun another round meanwhile: this member joins it.
      } else {
        this.#drop()
        if (!isRetriable(error)) throw error
      }
      throw new JoinAgainError(error)
    }
  }

  async #requestJoin(): Promise<joinGroupV8.JoinGroupResponse> {
    const { sessionTimeoutMs, rebalanceTimeoutMs } = this.#cluster.settings
    const protocols = [{ name: PROTOCOL, metadata: encodeSubscription(this.#topics) }]
    const request = async (): Promise<joinGroupV8.JoinGroupResponse> => {
      const connection = await this.#coordinator()
      return joinGroupV8.api.async(
        connection,
        this.#group,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        this.#memberId,
        null,
        PROTOCOL_TYPE,
        protocols,
      )
    }
    let joined: joinGroupV8.JoinGroupResponse
    try {
      joined = await request()
    } catch (error) {
      if (!hasKafkaCode(error, memberIdRequired) || !(error instanceof ResponseError)) throw error
      this.#memberId = (error['response'] as joinGroupV8.JoinGroupResponse).memberId
      joined = await request()
    }
    this.#memberId = joined.memberId
    return joined
  }

  /** As the leader: who gets what. */
  async #assign({ members }: joinGroupV8.JoinGroupResponse): Promise<{ memberId: string; assignment: Buffer }[]> {
    const subscriptions = members.map(({ memberId, metadata }) => ({ memberId, topics: decodeSubscription(metadata) }))
    const counts = await this.#cluster.describe([...new Set(subscriptions.flatMap(({ topics }) => topics))])
    return [...assignRanges(subscriptions, counts)].map(([memberId, partitions]) => ({
      memberId,
      assignment: encodeAssignment(partitions),
    }))
  }

  async #coordinator(): Promise<Connection> {
    if (this.#connection?.isConnected() === true) return this.#connection
    const { rebalanceTimeoutMs, sessionTimeoutMs } = this.#cluster.settings
    const address = await this.#cluster.coordinator(this.#group)
    const connection = await this.#cluster.connections.open(address, { requestTimeoutMs: rebalanceTimeoutMs + sessionTimeoutMs })
    if (this.#left) {
      closeNow(connection)
      throw new Error(`left group ${this.#group}`)
    }
    this.#connection = connection
    return connection
  }

  #drop(): void {
    this.#cluster.forgetCoordinator(this.#group)
    if (this.#connection !== undefined) closeNow(this.#connection)
    this.#connection = undefined
  }
}

/** Wraps what a later attempt to join may get over, though as such it is not retriable. */
class JoinAgainError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'JoinAgainError'
  }
}
