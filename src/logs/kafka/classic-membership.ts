import { setTimeout as sleep } from 'node:timers/promises'
import type { TopicPartition } from '../../core/log.ts'
import { ASSIGNORS } from './assignors.ts'
import { ClassicCoordinator } from './classic-coordinator.ts'
import type { RetryOptions } from './cluster.ts'
import type { MemberIdentity } from './committer.ts'
import { hasKafkaCode, isRetriable, KAFKA_ERROR } from './error-codes.ts'
import { conflictingGroup, displaced, failedMembership } from './group-errors.ts'
import type { Membership, MembershipOptions } from './membership.ts'
import { asError, Notices } from './notices.ts'
import { keyOf, keysOf } from './partition-key.ts'
import { Standing } from './standing.ts'

const NO_GENERATION = -1
const { illegalGeneration, unknownMemberId, fencedInstanceId, rebalanceInProgress, inconsistentGroupProtocol } = KAFKA_ERROR

/** `lost`: the group went on without this member, which has partitions that are others' now. */
type Joined = 'joined' | 'lost'

/**
 * A member by Kafka's classic group protocol (KIP-429 and KIP-345). Where all of its assignors are cooperative, it goes on working while
 * the group rebalances; otherwise it gives up everything first.
 */
export class ClassicMembership implements Membership {
  readonly #options: MembershipOptions
  readonly #coordinator: ClassicCoordinator
  readonly #topics: readonly string[]
  readonly #cooperative: boolean
  readonly #standing = new Standing()
  readonly #notices: Notices
  readonly #wantsToLeave: Promise<void>
  /** Aborts when the member has left: nothing is asked of the coordinator any more. */
  readonly #left = new AbortController()
  #poke = new AbortController()
  #generationId = NO_GENERATION
  #assignment: readonly TopicPartition[] = []
  /** By topic, as this member as the leader shared them out last. */
  #counts: ReadonlyMap<string, number> | undefined
  #joining = false
  /** Nothing has been taken since this member was new, or gave up everything. */
  #fresh = true

  constructor(options: MembershipOptions) {
    const { cluster, group, topics, leaving } = options
    this.#options = options
    this.#coordinator = new ClassicCoordinator(cluster, group)
    this.#topics = [...topics].sort()
    this.#cooperative = cluster.settings.assignors.every((name) => ASSIGNORS[name].cooperative)
    this.#notices = new Notices(leaving)
    this.#wantsToLeave = new Promise((resolve) => leaving.addEventListener('abort', () => resolve(), { once: true }))
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
        await Promise.race([joining, this.#wantsToLeave])
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
    this.#standing.identity = undefined
    // Where it can't be told, the session's end does the same a little later.
    await this.#coordinator.leave().catch(() => {})
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
    this.#generationId = NO_GENERATION
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
    const { holder } = this.#options
    try {
      const owned = this.#cooperative ? holder.owned : []
      const { identity, assignment, counts } = await this.#coordinator.join({
        topics: this.#topics,
        owned,
        generationId: this.#generationId,
      })
      this.#assignment = assignment
      this.#generationId = identity.generationId
      this.#counts = counts
      this.#standing.identity = identity
      return 'joined'
    } catch (error) {
      if (hasKafkaCode(error, fencedInstanceId)) throw displaced(this.#options, error)
      if (hasKafkaCode(error, inconsistentGroupProtocol)) throw conflictingGroup(this.#options, error)
      if (hasKafkaCode(error, unknownMemberId, illegalGeneration)) {
        this.#outlived(error)
        if (holder.owned.length > 0) return 'lost'
      } else if (!hasKafkaCode(error, rebalanceInProgress)) {
        this.#coordinator.drop()
        if (!isRetriable(error)) throw error
      }
      throw new JoinAgainError(error)
    }
  }

  /** The group has gone on without this member. */
  #outlived(error: unknown): void {
    if (hasKafkaCode(error, unknownMemberId)) this.#coordinator.forgetMember()
    this.#standing.identity = undefined
    this.#generationId = NO_GENERATION
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
        this.#coordinator.drop()
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
    try {
      await this.#coordinator.heartbeat(identity)
    } catch (error) {
      // The answer is about a generation that is over.
      if (this.identity !== identity || this.#joining) return
      if (hasKafkaCode(error, rebalanceInProgress)) this.#notices.raise('rebalancing')
      else if (hasKafkaCode(error, fencedInstanceId)) this.#notices.raise(displaced(this.#options, error))
      else if (hasKafkaCode(error, illegalGeneration, unknownMemberId)) {
        this.#outlived(error)
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
}

/** Wraps what a later attempt to join may get over, though as such it is not retriable. */
class JoinAgainError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'JoinAgainError'
  }
}
