import type { DefaultSpec } from './policy-spec.ts'
import type { Scores } from './scores.ts'
import type { Dictionary } from './dictionary.ts'
import type { ArmCounts } from './statistics.ts'

/** What an arm does in a policy of several: it may answer, or it scores along and never answers. */
export type PolicyArmRole = 'answer' | 'shadow' | 'reference'

/** A model and the part that it plays in a policy. */
export interface PolicyArm {
  /** The name of the model, or an alias. */
  readonly model: string
  readonly role: PolicyArmRole
  /** Of records, for a shadow. */
  readonly percent: number
  /** How many of its answers are remembered; none where absent. */
  readonly cacheEntries?: number
}

/** A policy of several arms that is ready to decide batches. One thread uses it. */
export interface ArmsPolicy {
  readonly name: string
  /** Which policy of its data type it is: they are counted as they come into force. */
  readonly epoch: number
  readonly arms: readonly PolicyArm[]
  /** From the arrival of a batch to its answers, at most, in milliseconds. */
  readonly budgetMs: number
  /** When, in microseconds since the batch arrived, its rules may say something else though no score came; ascending, none is 0. */
  readonly ticks: readonly number[]
  readonly default: DefaultSpec
  /** Whether every record asks all arms, so that no plan has to be made for each. */
  readonly asksAll: boolean
  /** Whether it has one arm only, which answers every record by itself. */
  readonly isSingle: boolean
  /** Whether any of its rules prefers other answers as time goes on. */
  readonly hasSchedule: boolean
  createDecider(): Decider
}

/** What a record is drawn by. One object may be used for all records. */
export interface RecordDraw {
  /** The record's place among those that are decided together. */
  row: number
  /** Where its key, or its id where it has none, stands in bytes. */
  key: Uint8Array
  keyRange: { from: number; to: number }
  id: Uint8Array
  idRange: { from: number; to: number }
}

/** What one arm said of some records. */
export interface ArmScores {
  readonly arm: number
  readonly scores: Scores
  /** The record of each row of the scores; the same numbers where absent. */
  readonly records?: ArrayLike<number> | undefined
  /** Which of the model's outputs say how sure it is, the highest of them for each row; none where absent. */
  readonly confidence?: readonly number[] | undefined
  /** When it came, in milliseconds since the batch arrived; 0 where absent. */
  readonly arrivedMs?: number | undefined
}

/** What a decision's text says beside what the decider knows. */
export interface DecisionAbout {
  readonly id: string
  readonly dataType: string
  readonly key: Uint8Array | undefined
  /** Per arm: the version that it has, null where it is not in service. */
  readonly versions: readonly (string | null)[]
  /** Milliseconds since the epoch. */
  readonly at: number
  /** What is answered where nobody did. */
  readonly fallback: number | string | null
}

/**
 * Decides a batch of records in columns: nothing is made per record. A batch goes `begin` → `plan` for each record, unless the policy asks
 * all arms → `put` for each arm → `decide`, which may be called again as scores come. A record that is decided stays so.
 */
export interface Decider {
  /** Per record: the arm whose answer it is; -1 for one made of several, -2 where nobody answered. */
  readonly chosen: Int16Array
  /** Per record: the answer, or the code of its label in `labels`. */
  readonly values: Float64Array
  /** Per record: 1 where the value is a label. */
  readonly isLabel: Uint8Array
  /** The labels of the batch that was begun last. */
  readonly labels: Dictionary
  /** Whether any of the records that are decided has no answer. */
  readonly lacksAnswers: boolean
  /** How many records are not decided. */
  readonly undecided: number
  begin(records: number): void
  /** Makes the choices for a record. Returns the arms that are asked, as bits. */
  plan(draw: RecordDraw): number
  put(scores: ArmScores): void
  /** An arm can't answer a record: it failed, or it is not in service. */
  /**
   * In place of `put` and `decide`, for a policy of a single arm that answered at once: its answers are the policy's. Of no use where texts of decisions are asked
   * for, since it keeps nothing for them.
   */
  answerAlone(scores: Scores, records: ArrayLike<number>): void
  putFailed(arm: number, record: number, arrivedMs?: number): void
  putAbsent(arm: number, record: number): void
  /** Decides the records that can be decided by now; with `final`, all. Answers whether all are. With `asOfMs`, the rules are asked as if it were that late. */
  decide(elapsedMs: number, final?: boolean, asOfMs?: number): boolean
  /** Counts what an arm did. Call it when the batch is decided and the arm's scores were put. */
  tally(arm: number, into: ArmCounts): void
  /** Whether an arm's score came after the record was decided. */
  isLate(arm: number, record: number): boolean
  decisionText(record: number, about: DecisionAbout): string
  /** The text of a score that came too late for its record. */
  lateText(record: number, arm: number, about: DecisionAbout): string
}
