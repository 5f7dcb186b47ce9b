import type { PolicyArmRole } from '../rules/compiled-policy.ts'

/** A score, or an answer: a number, or a label. */
export type AnswerValue = number | string

/**
 * Why it was decided when it was:
 * - `in-time`: the rule had its answer before the deadline.
 * - `deadline`: time was up.
 * - `nobody`: before the deadline, nobody was left who could answer.
 * - `recovered`: time was up while nobody looked: the mailbox is from before a restart.
 * - `no-policy`: the data type has none.
 * - `overload`: too many inputs waited already.
 */
export const REASONS = ['in-time', 'deadline', 'nobody', 'recovered', 'no-policy', 'overload'] as const
export type Reason = (typeof REASONS)[number]

export const OUTCOMES = ['scored', 'failed', 'removed'] as const
export const ROLES = ['answer', 'shadow', 'reference'] as const satisfies readonly PolicyArmRole[]

/** What one model said, and when. */
export interface DecisionScore {
  readonly model: string
  readonly version: string | null
  readonly role: PolicyArmRole
  /** Milliseconds since the input arrived, to the microsecond; negative where the score was there before it. */
  readonly atMs: number
  readonly outcome: (typeof OUTCOMES)[number]
  /** Null where it is not `scored`. */
  readonly value: AnswerValue | null
  readonly confidence: number | null
}

/** A choice by chance or by hash on the way to the answer. */
export interface DecisionChoice {
  /** The bandit's name, or `split`. */
  readonly name: string
  /** The place of the member that was chosen. */
  readonly member: number
  readonly propensity: number
}

/**
 * One decision, as the decisions topic has it: the answer, who gave it, by which rule and when, and all that was known. Wall-clock
 * decisions can't be derived from data again, so this record is the truth (Rendezvous §7).
 */
export interface Decision {
  /** The id of the input. */
  readonly id: string
  readonly dataType: string
  /** The input's key, as `keyText` makes it; null where it has none. */
  readonly key: string | null
  /** The name of the policy, null where there was none, and which policy it was: they are counted as they come into force. */
  readonly policy: string | null
  readonly epoch: number
  /** Null where nobody answered and the policy has no default. */
  readonly value: AnswerValue | null
  /** Who gave the answer; null where it was made of several, or is a default. */
  readonly model: string | null
  readonly version: string | null
  /** As in `consensus:majority`; `default` and `none` where no rule had an answer. */
  readonly rule: string
  readonly reason: Reason
  /** Whether all took part that the rule wanted, and, for a consensus, whether more than half agree. */
  readonly quorum: boolean
  readonly confidence: number | null
  /** How likely the choices on the way were, taken together; 1 where there were none. */
  readonly propensity: number
  /** From the outside in. */
  readonly choices: readonly DecisionChoice[]
  readonly elapsedMs: number
  readonly budgetMs: number
  /** When it was decided, in milliseconds since the Unix epoch. */
  readonly at: number
  /** What was known by then, in the order of arrival. Scores that came later are records of their own. */
  readonly scores: readonly DecisionScore[]
}

/** Why a score had no part in a decision: it came after it; its model is not in the policy, a decoy, or out of service; or no input came for it. */
export const STRAY_REASONS = ['late', 'not-in-policy', 'decoy', 'removed', 'no-input'] as const

/** A score that had no part in a decision. It is kept all the same, to compare by. */
export interface StrayScore {
  readonly id: string
  /** Null where no input came. */
  readonly dataType: string | null
  readonly model: string
  readonly version: string | null
  readonly role: PolicyArmRole | null
  readonly why: (typeof STRAY_REASONS)[number]
  /** Milliseconds since the input arrived; null where none did. */
  readonly atMs: number | null
  readonly outcome: 'scored' | 'failed'
  readonly value: AnswerValue | null
  readonly confidence: number | null
}
