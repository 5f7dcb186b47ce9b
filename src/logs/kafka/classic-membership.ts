import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection, heartbeatV4, joinGroupV9, leaveGroupV5, ResponseError, syncGroupV5 } from '@platformatic/kafka'
import type { TopicPartition } from '../../core/log.ts'
import { ASSIGNORS } from './assignors.ts'
import type { RetryOptions } from './cluster.ts'
import type { MemberIdentity } from './committer.ts'
import { closeNow } from './connections.ts'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts'
import { hasKafkaCode, isRetriable, KAFKA_ERROR } from './error-codes.ts'
import { conflictingGroup, displaced, failedMembership } from './group-errors.ts'
import type { Membership, MembershipOptions } from './membership.ts'
import { asError, Notices } from './notices.ts'
import { type Assignor, ASSIGNOR_NAMES } from './options.ts'
import { keyOf, keysOf } from './partition-key.ts'
import { Standing } from './standing.ts'

const PROTOCOL_TYPE = 'consumer'
const { illegalGeneration, unknownMemberId, fencedInstanceId, rebalanceInProgress, memberIdRequired, inconsistentGroupProtocol } =
  KAFKA_ERROR

/** `lost`: the group went on without this member, which has partitions that are others' now. */
type Joined = 'joined' | 'lost'

/**
 * A member by Kafka's classic group protocol (JoinGroup, SyncGroup, Heartbeat, LeaveGroup; KIP-429 and KIP-345), over a connection of
 * its own, since the coordinator answers a join only when all members have joined. Where all of its assignors are cooperative, it goes
 * on working while the group rebalances; otherwise it gives up everything first.
 */
export class ClassicMembership implements Membership {
  readonly #options: MembershipOptions
  readonly #topics: readonly string[]
  readonly #cooperative: boolean
  readonly #standing = new Standing()
  readonly #notices: Notices
  /** Aborts when the member has left: nothing is asked of the coordinator any more. */
  readonly #left = new AbortController()
  #poke = new AbortController()
  #connection: Connection | undefined
  #memberId = ''
  #generationId = -1
  #assignment: readonly TopicPartition[] = []
  /** By topic, as this member as the leader shared them out last. */
  #counts: ReadonlyMap<string, number> | undefined
  #joining = false
  /** Nothing has been taken since this member was new, or gave up everything. */
  #fresh = true

  constructor(options: MembershipOptions) {
    this.#options = options
    this.#topics = [...options.topics].sort()
    this.#cooperative = options.cluster.settings.assignors.every((name) => ASSIGNORS[name].cooperative)
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
    await this.#join()
  }

  async run(): Promise<void> {
    const { holder, leaving } = this.#options
    const alive = this.#stayAlive()
    try {
      while (!leaving.aborted) {
        const again = await this.#settle()
        const notice = again ? 'rebalancing' : await this.#notices.next()
        if (leaving.aborted) break
        if (typeof notice !== 'string') throw notice
        if (notice === 'lost') await this.#lose()
        else if (!this.#cooperative) await this.#giveUpAll()
        const joining = this.#join()
        joining.catch(() => {})
        // One that wants to leave need not wait for the other members.
        await Promise.race([joining, aborted(leaving)])
      }
      await holder.giveUp(holder.owned, false)
    } catch (error) {
      this.#standing.identity = undefined
      await holder.giveUp(holder.owned, true)
      throw error
    } finally {
      await this.leave()
      await alive
    }
  }

  async leave(): Promise<void> {
    if (this.#left.signal.aborted) return
    this.#left.abort()
    this.#poke.abort()
    this.#standing.identity = undefined
    const { cluster, group } = this.#options
    if (this.#connection !== undefined) closeNow(this.#connection)
    // A static member keeps its place, so that a restart within the session causes no rebalance.
    if (this.#memberId === '' || cluster.settings.instanceId !== undefined) return
    try {
      const address = await cluster.coordinator(group)
      const members = [{ memberId: this.#memberId, groupInstanceId: null, reason: 'leaves' }]
      await leaveGroupV5.api.async(await cluster.connections.shared(address), group, members)
    } catch {
      // The session's end does the same a little later.
    }
  }

  /** Brings what is owned to what is assigned. True where the group has to assign again what was given up. */
  async #settle(): Promise<boolean> {
    const { holder } = this.#options
    const before = this.identity
    const [assigned, owned] = [keysOf(this.#assignment), keysOf(holder.owned)]
    const surplus = holder.owned.filter((partition) => !assigned.has(keyOf(partition)))
    if (surplus.length > 0) await holder.giveUp(surplus, false)
    if (this.identity === undefined || this.identity !== before) return false
    const missing = this.#assignment.filter((partition) => !owned.has(keyOf(partition)))
    if (missing.length > 0 || this.#fresh) {
      this.#fresh = false
      // Not waited for: the group must be able to rebalance meanwhile.
      holder.take(missing).catch((error: unknown) => this.#notices.raise(asError(error)))
    }
    return surplus.length > 0
  }

  async #giveUpAll(): Promise<void> {
    const { holder } = this.#options
    await holder.giveUp(holder.owned, false)
    this.#fresh = true
  }

  /** What is owned is others' by now, and this member a new one. */
  async #lose(): Promise<void> {
    const { holder } = this.#options
    this.#standing.identity = undefined
    this.#generationId = -1
    this.#assignment = []
    this.#fresh = true
    await holder.giveUp(holder.owned, true)
  }

  async #join(): Promise<void> {
    const { cluster, group } = this.#options
    const { rebalanceTimeoutMs, outageTimeoutMs } = cluster.settings
    const retry: RetryOptions = {
      limitMs: rebalanceTimeoutMs + outageTimeoutMs,
      signal: AbortSignal.any([this.#left.signal, cluster.closing]),
      need: { operation: 'Read', type: 'group', name: group },
    }
    this.#joining = true
    this.#notices.settle('rebalancing')
    try {
      while ((await cluster.retry(`join group ${group}`, async () => this.#joinOnce(), retry)) === 'lost') await this.#lose()
      this.#notices.settle('lost')
    } finally {
      this.#joining = false
    }
  }

  async #joinOnce(): Promise<Joined> {
    const { group, holder, cluster } = this.#options
    try {
      const joined = await this.#requestJoin()
      const leads = joined.leader === joined.memberId
      const assignments = leads && !joined.skipAssignment ? await this.#assign(joined) : []
      const { generationId, memberId, protocolName } = joined
      const instanceId = cluster.settings.instanceId ?? null
      const connection = await this.#coordinator()
      const { assignment } = await syncGroupV5.api.async(
        connection,
        group,
        generationId,
        memberId,
        instanceId,
        PROTOCOL_TYPE,
        protocolName,
        assignments,
      )
      this.#assignment = decodeAssignment(assignment)
      this.#generationId = generationId
      if (!leads) this.#counts = undefined
      this.#standing.identity = { generationId, memberId, instanceId }
      return 'joined'
    } catch (error) {
      if (hasKafkaCode(error, fencedInstanceId)) throw displaced(this.#options, error)
      if (hasKafkaCode(error, inconsistentGroupProtocol)) throw conflictingGroup(this.#options, error)
      if (hasKafkaCode(error, unknownMemberId, illegalGeneration)) {
        if (hasKafkaCode(error, unknownMemberId)) this.#memberId = ''
        this.#standing.identity = undefined
        this.#generationId = -1
        if (holder.owned.length > 0) return 'lost'
      } else if (!hasKafkaCode(error, rebalanceInProgress)) {
        this.#drop()
        if (!isRetriable(error)) throw error
      }
      throw new JoinAgainError(error)
    }
  }

  async #requestJoin(): Promise<joinGroupV9.JoinGroupResponse> {
    const { group, cluster, holder } = this.#options
    const { sessionTimeoutMs, rebalanceTimeoutMs, assignors, instanceId } = cluster.settings
    const owned = this.#cooperative ? holder.owned : []
    const metadata = encodeSubscription({ topics: this.#topics, owned, generationId: this.#generationId })
    const request = async (): Promise<joinGroupV9.JoinGroupResponse> =>
      joinGroupV9.api.async(
        await this.#coordinator(),
        group,
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
      if (!hasKafkaCode(error, memberIdRequired) || !(error instanceof ResponseError)) throw error
      this.#memberId = (error['response'] as joinGroupV9.JoinGroupResponse).memberId
      joined = await request()
    }
    this.#memberId = joined.memberId
    return joined
  }

  /** As the leader: who gets what. */
  async #assign({ members, protocolName }: joinGroupV9.JoinGroupResponse): Promise<{ memberId: string; assignment: Buffer }[]> {
    const { cluster } = this.#options
    const assignor = ASSIGNORS[ASSIGNOR_NAMES.find((name): name is Assignor => name === protocolName) ?? 'range']
    const subscriptions = members.map(({ memberId, metadata }) => ({ memberId, ...decodeSubscription(metadata) }))
    const counts = await cluster.describe([...new Set(subscriptions.flatMap(({ topics }) => topics))])
    this.#counts = counts
    return [...assignor.assign(subscriptions, counts)].map(([memberId, partitions]) => ({
      memberId,
      assignment: encodeAssignment(partitions),
    }))
  }

  /** Sends heartbeats until the member has left, but for while it joins. */
  async #stayAlive(): Promise<void> {
    const { heartbeatIntervalMs, outageTimeoutMs, metadataRefreshMs, clock } = this.#options.cluster.settings
    let heardAt = clock.monotonic()
    let lookedAt = heardAt
    for (const { signal } = this.#left; !signal.aborted;) {
      this.#poke = new AbortController()
      const poke = AbortSignal.any([signal, this.#poke.signal])
      try {
        await this.#beat()
        heardAt = clock.monotonic()
        if (heardAt - lookedAt > metadataRefreshMs) {
          lookedAt = heardAt
          await this.#lookForPartitions()
        }
      } catch (error) {
        this.#drop()
        if (!isRetriable(error) || clock.monotonic() - heardAt > outageTimeoutMs) {
          this.#notices.raise(failedMembership(this.#options, error))
          return
        }
      }
      await sleep(heartbeatIntervalMs, undefined, { signal: poke }).catch(() => {})
    }
  }

  async #beat(): Promise<void> {
    const { identity } = this
    if (identity === undefined || this.#joining) return
    const { generationId, memberId, instanceId } = identity
    try {
      await heartbeatV4.api.async(await this.#coordinator(), this.#options.group, generationId, memberId, instanceId)
    } catch (error) {
      // The answer is about a generation that is over.
      if (this.identity !== identity || this.#joining) return
      if (hasKafkaCode(error, rebalanceInProgress)) this.#notices.raise('rebalancing')
      else if (hasKafkaCode(error, fencedInstanceId)) this.#notices.raise(displaced(this.#options, error))
      else if (hasKafkaCode(error, illegalGeneration, unknownMemberId)) {
        if (hasKafkaCode(error, unknownMemberId)) this.#memberId = ''
        this.#standing.identity = undefined
        this.#notices.raise('lost')
      } else throw error
    }
  }

  /** As the leader: whether topics have other numbers of partitions than were shared out. */
  async #lookForPartitions(): Promise<void> {
    const shared = this.#counts
    if (shared === undefined || this.#joining) return
    const now = await this.#options.cluster.describe([...shared.keys()])
    if (this.#counts === shared && [...shared].some(([topic, count]) => now.get(topic) !== count)) this.#notices.raise('rebalancing')
  }

  async #coordinator(): Promise<Connection> {
    if (this.#connection?.isConnected() === true) return this.#connection
    const { cluster, group } = this.#options
    const { rebalanceTimeoutMs, sessionTimeoutMs } = cluster.settings
    const address = await cluster.coordinator(group)
    const connection = await cluster.connections.open(address, { requestTimeoutMs: rebalanceTimeoutMs + sessionTimeoutMs })
    if (this.#left.signal.aborted) {
      closeNow(connection)
      throw new Error(`left group ${group}`)
    }
    this.#connection = connection
    return connection
  }

  #drop(): void {
    const { cluster, group } = this.#options
    cluster.forgetCoordinator(group)
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

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
