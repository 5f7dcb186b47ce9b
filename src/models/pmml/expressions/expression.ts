import type { TextIndex } from '../text-index/text-index-plan.ts'
import type { DataType } from '../values/data-type.ts'

export const INVALID_VALUE_TREATMENTS = ['returnInvalid', 'asIs', 'asMissing', 'asValue'] as const
export type InvalidValueTreatment = (typeof INVALID_VALUE_TREATMENTS)[number]

/** What a DerivedField, a NeuralInput or an OutputField is computed with (PMML 4.4.1, Transformations, EXPRESSION), as plain data. */
export type Expression = Constant | FieldRef | NormContinuous | NormDiscrete | Discretize | MapValues | Apply | TextIndex | Lag

export const LAG_AGGREGATES = ['none', 'avg', 'max', 'median', 'min', 'product', 'sum', 'stddev'] as const

/** The value that a field had some records ago, or what the values since then come to. */
export interface Lag {
  readonly kind: 'Lag'
  readonly field: string
  readonly n: number
  readonly aggregate: (typeof LAG_AGGREGATES)[number]
  /** The fields whose values say which records belong together; all do where there are none. */
  readonly blocks: readonly string[]
}

export interface Constant {
  readonly kind: 'Constant'
  readonly text: string
  readonly dataType?: DataType
  readonly missing: boolean
}

export interface FieldRef {
  readonly kind: 'FieldRef'
  readonly field: string
  readonly mapMissingTo?: string
}

export interface NormContinuous {
  readonly kind: 'NormContinuous'
  readonly field: string
  readonly orig: readonly number[]
  readonly norm: readonly number[]
  readonly outliers: OutlierTreatment
  readonly mapMissingTo?: number
}

export const OUTLIER_TREATMENTS = ['asIs', 'asMissingValues', 'asExtremeValues'] as const
export type OutlierTreatment = (typeof OUTLIER_TREATMENTS)[number]

export interface NormDiscrete {
  readonly kind: 'NormDiscrete'
  readonly field: string
  readonly value: string
  readonly mapMissingTo?: number
}

export interface Interval {
  readonly low: number
  readonly high: number
  readonly closedLow: boolean
  readonly closedHigh: boolean
}

export interface Discretize {
  readonly kind: 'Discretize'
  readonly field: string
  readonly bins: readonly { readonly interval: Interval; readonly value: string }[]
  readonly dataType?: DataType
  readonly mapMissingTo?: string
  readonly defaultValue?: string
}

export interface MapValues {
  readonly kind: 'MapValues'
  readonly fields: readonly string[]
  /** Per row of the table: the values of the fields, then the output. Undefined is an empty cell. */
  readonly rows: readonly (readonly (string | undefined)[])[]
  readonly dataType?: DataType
  readonly mapMissingTo?: string
  readonly defaultValue?: string
}

export interface Apply {
  readonly kind: 'Apply'
  readonly function: string
  readonly arguments: readonly Expression[]
  readonly mapMissingTo?: string
  readonly defaultValue?: string
  readonly invalidValueTreatment: InvalidValueTreatment
}

/** A DerivedField of a dictionary of transformations. */
export interface DerivedField {
  readonly name: string
  /** Absent where the document leaves it out: the type of the expression. */
  readonly dataType?: DataType
  readonly expression: Expression
}

export interface DefineFunction {
  readonly name: string
  readonly dataType?: DataType
  readonly parameters: readonly { readonly name: string; readonly dataType?: DataType }[]
  readonly expression: Expression
}
