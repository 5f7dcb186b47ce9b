import type { ModelHead } from '../model-plan.ts'

/** A GaussianProcessModel for regression (PMML 4.4.1, Gaussian Process), as plain data, with what its training instances come to. */
export interface GaussianProcessPlan {
  readonly kind: 'GaussianProcessModel'
  readonly head: ModelHead
  readonly kernel: CovarianceKernel
  readonly noiseVariance: number
  readonly fields: readonly string[]
  /** Rows of `fields.length` values. */
  readonly instances: Float64Array
  /** Per instance: its weight in the mean, (K + noise I)^-1 y. */
  readonly weights: Float64Array
  /** The lower triangle L with L L' = K + noise I, row after row; there where an output asks for the deviation. */
  readonly triangle?: Float64Array
}

/** gamma exp(-factor * sum over the fields of (|x - z| / lambda)^degree). */
export interface CovarianceKernel {
  readonly gamma: number
  readonly factor: number
  readonly degree: number
  /** Per field. */
  readonly lambda: Float64Array
}
