import type { ModelHead } from '../model-plan.ts'

/** A TimeSeriesModel (PMML 4.4.1, Time Series), as plain data. It forecasts from what it holds. */
export interface TimeSeriesPlan {
  readonly kind: 'TimeSeriesModel'
  readonly head: ModelHead
  /** The field with the number of steps ahead; where absent, one. */
  readonly horizon?: string
  readonly forecast: ExponentialSmoothing | StateSpace
}

export const TRENDS = ['additive', 'damped_additive', 'multiplicative', 'damped_multiplicative'] as const
export const TRANSFORMATIONS = ['none', 'logarithmic', 'squareroot'] as const

export interface ExponentialSmoothing {
  readonly kind: 'ExponentialSmoothing'
  readonly level: number
  readonly trend?: { readonly kind: (typeof TRENDS)[number]; readonly value: number; readonly phi: number }
  /** Its first value is that of the first step ahead. */
  readonly season?: { readonly multiplies: boolean; readonly values: Float64Array }
  readonly transformation: (typeof TRANSFORMATIONS)[number]
}

/** The state of the next step is `transition` times the state plus `stateIntercept`; a value is `measurement` times it plus `intercept`. */
export interface StateSpace {
  readonly kind: 'StateSpaceModel'
  readonly state: Float64Array
  /** Row-major. */
  readonly transition: Float64Array
  readonly measurement: Float64Array
  readonly stateIntercept: Float64Array
  readonly intercept: number
}
