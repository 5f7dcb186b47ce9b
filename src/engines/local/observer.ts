import type { Assignment } from '../../core/log.ts'
import type { Lane } from '../../core/operator/lane.ts'
import type { Answers } from '../../core/operator/answers.ts'
import type { Work } from '../../core/operator/work.ts'

/** Told what an engine does. Calls are synchronous and must be cheap; what they are given must not be kept. */
export interface EngineObserver {
  /** Partitions are being worked on from now. */
  assigned(stream: string, lanes: readonly Lane[], from: readonly Assignment[]): void
  /** Partitions are not worked on any more. */
  released(stream: string, lanes: readonly Lane[]): void
  /** A batch was answered and its answers are on the log. */
  answered(stream: string, work: Work, answers: Answers): void
  /** Records of this data type wait in this partition for a model; null when none do any more. */
  held(stream: string, partition: number, dataType: string | null): void
  /** The engine failed and starts again from what was committed. */
  failed(stream: string, error: unknown, retryInMs: number): void
}
