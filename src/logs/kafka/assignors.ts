import type { TopicPartition } from '../../core/log.ts'
import { assignCooperatively, type CooperativeMember } from './cooperative-assignor.ts'
import type { Assignor } from './options.ts'
import { assignRanges } from './range-assignor.ts'

interface AssignorEntry {
  /** Whether members keep working while the group rebalances, and give up only what moves. */
  readonly cooperative: boolean
  assign(members: readonly CooperativeMember[], counts: ReadonlyMap<string, number>): Map<string, TopicPartition[]>
}

/** How the leader of a group of the classic protocol shares partitions, by the names that Kafka's own assignors have. */
export const ASSIGNORS: Readonly<Record<Assignor, AssignorEntry>> = {
  'cooperative-sticky': { cooperative: true, assign: assignCooperatively },
  range: { cooperative: false, assign: assignRanges },
}
