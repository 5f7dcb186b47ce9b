import type { ModelHead } from '../model-plan.ts'

/** An AssociationModel (PMML 4.4.1, AssociationRules), as plain data. */
export interface AssociationPlan {
  readonly kind: 'AssociationModel'
  readonly head: ModelHead
  readonly items: readonly Item[]
  readonly rules: readonly AssociationRule[]
}

/** An item is a value of the field of items, or a value of a field of its own. */
export interface Item {
  readonly value: string
  readonly field?: string
  readonly category?: string
}

export interface AssociationRule {
  readonly id: string
  /** Indices of items. */
  readonly antecedent: readonly number[]
  readonly consequent: readonly number[]
  readonly support: number
  readonly confidence: number
  /** NaN where it is not declared. */
  readonly lift: number
  readonly leverage: number
  readonly affinity: number
}
