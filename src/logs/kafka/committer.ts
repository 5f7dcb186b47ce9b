import type { Commit, TopicPartition } from '../../core/log.ts'

/** Who a member is to its coordinator at the moment: what offsets are committed as. */
export interface MemberIdentity {
  /** The generation (classic protocol) or the member epoch. */
  readonly generationId: number
  readonly memberId: string
  readonly instanceId: string | null
}

/** A partition became this member's. */
export interface HandOver {
  /** Where this member goes on. */
  readonly from: bigint
}

/** What a committer must know of the membership that it commits for. */
export interface Ownership {
  readonly group: string
  /** The identity that owns all of these partitions now. Throws `log.fenced` where one of them is not this member's any more. */
  identity(partitions: readonly TopicPartition[]): MemberIdentity
  /**
   * Resolves when the coordinator's next word on the membership is known, after it refused an identity as outdated: `identity` then
   * gives a newer one, or throws.
   */
  renewed(outdated: MemberIdentity): Promise<void>
  /** The last time that the partition was handed over to this member: another object each time. */
  handedOver(partition: TopicPartition): HandOver | undefined
}

/** Makes units of work durable for one membership. */
export interface Committer {
  /** As `Group.commit`. Calls keep their order. */
  commit(commit: Commit): Promise<void>
  /** While a hurry is held, nothing waits for company: what was committed is made durable at once. */
  hurry(): Disposable
  /** Ends what is open without making it durable; later commits reject. Never rejects. */
  abandon(): Promise<void>
}
