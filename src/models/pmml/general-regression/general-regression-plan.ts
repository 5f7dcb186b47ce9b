import type { ModelHead } from '../model-plan.ts'

export const GENERAL_MODEL_TYPES = [
  'regression',
  'generalLinear',
  'generalizedLinear',
  'multinomialLogistic',
  'ordinalMultinomial',
  'CoxRegression',
] as const
export const LINK_FUNCTIONS = ['cloglog', 'identity', 'log', 'logc', 'logit', 'loglog', 'negbin', 'oddspower', 'power', 'probit'] as const
export const CUMULATIVE_LINKS = ['logit', 'probit', 'cloglog', 'loglog', 'cauchit'] as const

/** A GeneralRegressionModel (PMML 4.4.1, GeneralRegression), as plain data. */
export interface GeneralRegressionPlan {
  readonly kind: 'GeneralRegressionModel'
  readonly head: ModelHead
  readonly modelType: (typeof GENERAL_MODEL_TYPES)[number]
  readonly link?: (typeof LINK_FUNCTIONS)[number]
  readonly cumulativeLink: (typeof CUMULATIVE_LINKS)[number]
  readonly linkParameter?: number
  readonly distParameter?: number
  readonly referenceCategory?: string
  readonly offset: FieldOrNumber
  readonly trials: FieldOrNumber
  readonly parameters: readonly { readonly name: string; readonly referencePoint: number }[]
  readonly factors: readonly Factor[]
  readonly covariates: readonly string[]
  readonly predictorCells: readonly PredictorCell[]
  readonly parameterCells: readonly { readonly parameter: string; readonly beta: number; readonly category?: string }[]
  readonly cox?: CoxPlan
}

/** A field's value, or a number where there is none. */
export interface FieldOrNumber {
  readonly field?: string
  readonly number?: number
}

/** A categorical predictor. Where it has a contrast matrix, a category stands for a row of it. */
export interface Factor {
  readonly name: string
  readonly categories: readonly string[]
  readonly matrix: readonly (readonly number[])[]
}

export interface PredictorCell {
  readonly parameter: string
  readonly predictor: string
  readonly value: string
  readonly category?: string
}

/** What a Cox regression has beyond the linear predictor. */
export interface CoxPlan {
  readonly endTime: string
  readonly strata?: string
  readonly baselines: readonly {
    readonly stratum?: string
    readonly maxTime: number
    readonly times: readonly number[]
    readonly hazards: readonly number[]
  }[]
}
