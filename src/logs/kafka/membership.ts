import type { GroupOptions, TopicPartition } from '../../core/log.ts'
import { ClassicMembership } from './classic-membership.ts'
import type { Cluster } from './cluster.ts'
import type { MemberIdentity } from './committer.ts'
import { ConsumerMembership } from './consumer-membership.ts'

/** Takes and gives up partitions for a membership. Calls may overlap: what they cause comes one after the other, in their order. */
export interface PartitionHolder {
  /** From the call of `take` on, and until `giveUp` is done or what was lost is known to be. */
  readonly owned: readonly TopicPartition[]
  /** Partitions that this member has from now on, beside those it has already. */
  take(partitions: readonly TopicPartition[]): Promise<void>
  /** Resolves when the partitions can be another member's: their work is committed. Where `lost`, they are another member's already. */
  giveUp(partitions: readonly TopicPartition[], lost: boolean): Promise<void>
}

/** One member of a consumer group, by one of Kafka's group protocols. */
export interface Membership {
  /** Undefined while the member is none of the group's. */
  readonly identity: MemberIdentity | undefined
  /** Resolves when `identity` is another one than this, or none. */
  renewed(outdated: MemberIdentity): Promise<void>
  /** Enters the group. Once, before `run`. */
  join(): Promise<void>
  /**
   * Has the holder take and give up partitions as the group wants it, until the member wants to leave: then all is given up. Rejects where
   * the membership fails for good; then all is lost.
   */
  run(): Promise<void>
  /**
   * Leaves at once, so that the others need not wait for the session's end; a static member's place is kept for it until then. Never rejects;
   * without effect after the first time.
   */
  leave(): Promise<void>
}

export interface MembershipOptions {
  readonly cluster: Cluster
  readonly group: GroupOptions['group']
  readonly topics: GroupOptions['topics']
  readonly holder: PartitionHolder
  /** Aborts when the member wants to leave. */
  readonly leaving: AbortSignal
}

export function createMembership(options: MembershipOptions): Membership {
  return options.cluster.settings.groupProtocol === 'consumer' ? new ConsumerMembership(options) : new ClassicMembership(options)
}
