import type { ModelHead } from '../model-plan.ts'
import type { Predicate } from '../predicates/predicate.ts'

export const CRITERIA = ['firstHit', 'weightedSum', 'weightedMax'] as const
export type Criterion = (typeof CRITERIA)[number]

/** A RuleSetModel (PMML 4.4.1, RuleSet), as plain data: its rules in the order in which they are tried. */
export interface RuleSetPlan {
  readonly kind: 'RuleSetModel'
  readonly head: ModelHead
  readonly criterion: Criterion
  readonly rules: readonly Rule[]
  readonly defaultScore?: string
  readonly defaultConfidence?: number
}

export interface Rule {
  readonly id: string
  readonly score: string
  readonly weight: number
  readonly confidence: number
  /** All must hold: those of the compound rules around it, then its own. */
  readonly predicates: readonly Predicate[]
}
