import { type Connection, heartbeatV4, joinGroupV9, leaveGroupV5, ResponseError, syncGroupV5 } from '@platformatic/kafka'
import type { TopicPartition } from '../../core/log.ts'
import { ASSIGNORS } from './assignors.ts'
import type { Cluster } from './cluster.ts'
import type { MemberIdentity } from './committer.ts'
import { closeNow } from './connections.ts'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription, type Subscription } from './consumer-protocol.ts'
import { hasKafkaCode, KAFKA_ERROR } from './error-codes.ts'
import { answerTimeoutMs, type Assignor, ASSIGNOR_NAMES } from './options.ts'

const PROTOCOL_TYPE = 'consumer'

/** What a member was told at the end of a rebalance. */
export interface Round {
  readonly identity: MemberIdentity
  readonly assignment: readonly TopicPartition[]
  /** By topic, as this member shared them out; undefined where another one leads. */
  readonly counts: ReadonlyMap<string, number> | undefined
}

/**
 * The coordinator of one group as one member speaks to it: over a connection of its own, since the coordinator answers a join only when
 * all members have joined. Rejects with the errors of the protocol. (JoinGroup 9, SyncGroup 5, Heartbeat 4, LeaveGroup 5.)
 */
export class ClassicCoordinator {
  readonly #cluster: Cluster
  readonly #group: string
  #connection: Connection | undefined
  #memberId = ''
  #closed = false

  constructor(cluster: Cluster, group: string) {
    this.#cluster = cluster
    this.#group = group
  }

  /** Joins, or joins again, waits for the other members, shares out the partitions where it falls to this one, and says what it got. */
  async join(subscription: Subscription): Promise<Round> {
    using _ = this.#watch()
    const joined = await this.#requestJoin(encodeSubscription(subscription))
    const leads = joined.leader === joined.memberId
    const counts = leads ? await this.#describe(joined) : undefined
    // A leader that came back as a static member finds a group that goes on as it is.
    const assignments = counts === undefined || joined.skipAssignment ? [] : assign(joined, counts)
    const { generationId, memberId, protocolName } = joined
    const instanceId = this.#cluster.settings.instanceId ?? null
    const { assignment } = await syncGroupV5.api.async(
      await this.#connect(),
      this.#group,
      generationId,
      memberId,
      instanceId,
      PROTOCOL_TYPE,
      protocolName,
      assignments,
    )
    return { identity: { generationId, memberId, instanceId }, assignment: decodeAssignment(assignment), counts }
  }

  async heartbeat({ generationId, memberId, instanceId }: MemberIdentity): Promise<void> {
    const connection = await this.#connect()
    // Far sooner than a join: a coordinator that hangs would have this member wait, and do nothing about it, until it is none.
    const hangs = setTimeout(() => closeNow(connection), answerTimeoutMs(this.#cluster.settings))
    try {
      await heartbeatV4.api.async(connection, this.#group, generationId, memberId, instanceId)
    } finally {
      clearTimeout(hangs)
    }
  }

  /** Has the coordinator forget this member at once. A static one keeps its place, so that a restart within the session causes no rebalance. */
  async leave(): Promise<void> {
    this.#closed = true
    if (this.#connection !== undefined) closeNow(this.#connection)
    if (this.#memberId === '' || this.#cluster.settings.instanceId !== undefined) return
    const address = await this.#cluster.coordinator(this.#group)
    const members = [{ memberId: this.#memberId, groupInstanceId: null, reason: 'leaves' }]
    await leaveGroupV5.api.async(await this.#cluster.connections.shared(address), this.#group, members)
  }

  /** The member is a new one from now on. */
  forgetMember(): void {
    this.#memberId = ''
  }

  /** Has the next request look for the coordinator anew. */
  drop(): void {
    this.#cluster.forgetCoordinator(this.#group)
    if (this.#connection !== undefined) closeNow(this.#connection)
    this.#connection = undefined
  }

  async #requestJoin(metadata: Buffer): Promise<joinGroupV9.JoinGroupResponse> {
    const { sessionTimeoutMs, rebalanceTimeoutMs, assignors, instanceId } = this.#cluster.settings
    const request = async (): Promise<joinGroupV9.JoinGroupResponse> =>
      joinGroupV9.api.async(
        await this.#connect(),
        this.#group,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        this.#memberId,
        instanceId ?? null,
        PROTOCOL_TYPE,
        assignors.map((name) => ({ name, metadata })),
      )
    let joined: joinGroupV9.JoinGroupResponse
    try {
      joined = await request()
    } catch (error) {
      if (!hasKafkaCode(error, KAFKA_ERROR.memberIdRequired) || !(error instanceof ResponseError)) throw error
      this.#memberId = (error['response'] as joinGroupV9.JoinGroupResponse).memberId
      joined = await request()
    }
    this.#memberId = joined.memberId
    return joined
  }

  /** Ends the connection where the coordinator hangs; otherwise it may take all the time that the other members need. */
  #watch(): Disposable {
    const { connections, settings } = this.#cluster
    const look = async (): Promise<void> => {
      const connection = this.#connection
      const { host, port } = connection ?? {}
      if (host !== undefined && port !== undefined && (await connections.isSilent({ host, port }))) closeNow(connection!)
    }
    const timer = setInterval(() => void look(), answerTimeoutMs(settings))
    return { [Symbol.dispose]: () => clearInterval(timer) }
  }

  async #describe({ members }: joinGroupV9.JoinGroupResponse): Promise<Map<string, number>> {
    return this.#cluster.describe([...new Set(members.flatMap(({ metadata }) => decodeSubscription(metadata).topics))])
  }

  async #connect(): Promise<Connection> {
    if (this.#connection !== undefined) {
      if (this.#cluster.connections.isUsable(this.#connection)) return this.#connection
      closeNow(this.#connection)
    }
    const { rebalanceTimeoutMs, sessionTimeoutMs } = this.#cluster.settings
    const address = await this.#cluster.coordinator(this.#group)
    const connection = await this.#cluster.connections.open(address, { requestTimeoutMs: rebalanceTimeoutMs + sessionTimeoutMs })
    if (this.#closed) {
      closeNow(connection)
      throw new Error(`left group ${this.#group}`)
    }
    this.#connection = connection
    return connection
  }
}

/** As the leader: who gets what. */
function assign({ members, protocolName }: joinGroupV9.JoinGroupResponse, counts: ReadonlyMap<string, number>) {
  const assignor = ASSIGNORS[ASSIGNOR_NAMES.find((name): name is Assignor => name === protocolName) ?? 'range']
  const subscriptions = members.map(({ memberId, metadata }) => ({ memberId, ...decodeSubscription(metadata) }))
  return [...assignor.assign(subscriptions, counts)].map(([memberId, partitions]) => ({
    memberId,
    assignment: encodeAssignment(partitions),
  }))
}
