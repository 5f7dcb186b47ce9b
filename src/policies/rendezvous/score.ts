import type { AnswerValue } from '../decisions/decision.ts'

/** An input that must be answered once. */
export interface Input {
  /** Unique among inputs. */
  readonly id: string
  readonly dataType: string
  readonly key?: Uint8Array | undefined
  /** How long it may wait, where the input itself says; absent, 0 and less: what the policy says. */
  readonly budgetMs?: number | undefined
}

/** What a model says of an input. */
export interface Score {
  /** The id of the input. */
  readonly id: string
  readonly model: string
  readonly version?: string | undefined
  /** Absent where the model can't answer this input. Numbers must be finite and labels short, or the model counts as failed. */
  readonly value?: AnswerValue | undefined
  /** From 0 to 1, where the model says one. */
  readonly confidence?: number | undefined
}

/** The longest label, in UTF-16 units. */
export const MAX_LABEL = 1024

/** The value of a score if it can be one; undefined where the model failed. -0 is 0, so that what is written can be read again. */
export function usableValue(value: AnswerValue | undefined): AnswerValue | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : undefined
  return typeof value === 'string' && value.length <= MAX_LABEL ? value : undefined
}

export function usableConfidence(confidence: number | undefined): number {
  return confidence !== undefined && Number.isFinite(confidence) ? confidence + 0 : Number.NaN
}
