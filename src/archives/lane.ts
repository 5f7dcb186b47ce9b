import type { Batch } from '../core/batch.ts'
import type { Assignment, Group } from '../core/log.ts'

/** Archives one partition while this member owns it. Calls are made one at a time. */
export interface Lane {
  /** Archives what the archive wants of a batch, which may be released once this is settled. Durable and committed at the latest by `settle`. */
  take(batch: Batch): Promise<void>
  /** Goes on from an offset further on: the log does not have the records before it any more. */
  skip(to: bigint): Promise<void>
  /** Makes all that was taken durable, and commits it. */
  settle(): Promise<void>
  /** Gives up what is not committed: it will be read again. Never throws. */
  discard(): Promise<void>
}

export interface LaneContext {
  readonly assignment: Assignment
  readonly group: Group
  /** Asks for `settle` to be called when it is the lane's turn. */
  readonly due: () => void
}

/** Where an archive goes. */
export interface Destination {
  /** Whether its appends and offsets must be of one transaction. */
  readonly isTransactional: boolean
  openLane(context: LaneContext): Promise<Lane>
  /** Ends what belongs to it, after all lanes. */
  close(): Promise<void>
}
