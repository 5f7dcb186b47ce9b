import type { ModelHead } from '../model-plan.ts'

export const NORMALIZATION_METHODS = ['none', 'simplemax', 'softmax', 'logit', 'probit', 'cloglog', 'exp', 'loglog', 'cauchit'] as const
export type NormalizationMethod = (typeof NORMALIZATION_METHODS)[number]

/** A RegressionModel (PMML 4.4.1, Regression), as plain data. */
export interface RegressionPlan {
  readonly kind: 'RegressionModel'
  readonly head: ModelHead
  readonly normalization: NormalizationMethod
  readonly targetField?: string
  readonly tables: readonly RegressionTable[]
}

export interface RegressionTable {
  readonly targetCategory?: string
  readonly intercept: number
  readonly numeric: readonly { readonly field: string; readonly exponent: number; readonly coefficient: number }[]
  readonly categorical: readonly { readonly field: string; readonly value: string; readonly coefficient: number }[]
  readonly terms: readonly { readonly fields: readonly string[]; readonly coefficient: number }[]
}
