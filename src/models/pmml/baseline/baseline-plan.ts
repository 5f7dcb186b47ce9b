import type { ModelHead } from '../model-plan.ts'

/** A BaselineModel (PMML 4.4.1, Baseline Models), as plain data. */
export interface BaselinePlan {
  readonly kind: 'BaselineModel'
  readonly head: ModelHead
  readonly field: string
  readonly test:
    | { readonly statistic: 'zValue'; readonly baseline: Distribution }
    | {
        readonly statistic: 'CUSUM'
        readonly baseline: Distribution
        readonly alternate: Distribution
        readonly resetValue: number
      }
}

export type Distribution =
  | { readonly kind: 'GaussianDistribution' | 'AnyDistribution'; readonly mean: number; readonly variance: number }
  | { readonly kind: 'PoissonDistribution'; readonly mean: number }
  | { readonly kind: 'UniformDistribution'; readonly lower: number; readonly upper: number }
