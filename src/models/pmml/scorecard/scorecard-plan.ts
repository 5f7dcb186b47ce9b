import type { Expression } from '../expressions/expression.ts'
import type { ModelHead } from '../model-plan.ts'
import type { Predicate } from '../predicates/predicate.ts'

/** A Scorecard (PMML 4.4.1, Scorecard), as plain data. */
export interface ScorecardPlan {
  readonly kind: 'Scorecard'
  readonly head: ModelHead
  readonly initialScore: number
  readonly usesReasonCodes: boolean
  /** Whether points above the baseline (or below it) are what reasons are ranked by. */
  readonly pointsAbove: boolean
  readonly characteristics: readonly Characteristic[]
}

export interface Characteristic {
  readonly baseline?: number
  readonly attributes: readonly Attribute[]
}

/** The first attribute of a characteristic whose predicate is true gives its score. */
export interface Attribute {
  readonly predicate: Predicate
  readonly score: number | Expression
  readonly reasonCode?: string
}
