import type { BanditSpec } from '../../core/policy-spec.ts'
import { createEpsilonGreedy } from './epsilon-greedy.ts'
import { createExponential } from './exponential.ts'
import { createThompson } from './thompson.ts'

/** What was lost by one member's answer to one record. */
export interface Loss {
  /** The place of the member in the bandit. */
  readonly member: number
  /** How likely the member was to be chosen when it was: the decision has it. 1 for exp4. */
  readonly propensity: number
  /** From 0, the best, to 1. A reward is 1 less the loss. */
  readonly loss: number
}

/**
 * What a bandit has learned. The same losses in the same order come to the same state, and the whole state is a list of numbers. One
 * thread uses it.
 */
export interface Learner {
  /** How likely each member is chosen now, or for exp4 how much it counts. They add up to 1. The array is always the same one, and up to date when it is asked for. */
  readonly probabilities: Float64Array
  learn(loss: Loss): void
  state(): number[]
  /** Takes over a state of the same kind and as many members. */
  restore(state: readonly number[]): void
}

export function createLearner(spec: BanditSpec): Learner {
  const members = spec.of.length
  if (spec.by === 'epsilon-greedy') return createEpsilonGreedy(members, spec.epsilon ?? 0.1)
  if (spec.by === 'thompson') return createThompson(members)
  return createExponential(members, { eta: spec.eta ?? 0.1, explore: spec.by === 'exp3' ? (spec.epsilon ?? 0) : 0 })
}

/** Whether a loss can be learned from. What comes from a topic may be anything. */
export function isUsableLoss({ member, propensity, loss }: Loss, members: number): boolean {
  return Number.isInteger(member) && member >= 0 && member < members && propensity > 0 && propensity <= 1 && loss >= 0 && loss <= 1
}
