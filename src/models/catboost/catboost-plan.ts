import type { TreePlan } from '../trees/tree-plan.ts'

/** What a CatBoost file says beside its trees. */
export interface CatBoostPlan extends TreePlan {
  readonly ctrs: readonly CtrPlan[]
}

/** What the kinds of statistics count of the values that a table holds for a combination. */
export type CtrType = 'Borders' | 'Buckets' | 'Counter' | 'FeatureFreq' | 'BinarizedTargetMeanValue' | 'FloatTargetMeanValue'

/** A statistic of the training data (CTR) for what a record has in some features: the column of splits on it. */
export interface CtrPlan {
  readonly type: CtrType
  /** What is combined, in this order: categories, then comparisons of numbers, then whether a category is this one. */
  readonly elements: readonly CtrElement[]
  readonly table: CtrTable
  readonly targetBorder: number
  readonly priorNumerator: number
  readonly priorDenominator: number
  readonly shift: number
  readonly scale: number
}

export type CtrElement =
  | { readonly kind: 'category'; readonly input: number }
  | { readonly kind: 'above'; readonly input: number; readonly border: number; readonly missingIsAbove: boolean }
  | { readonly kind: 'is'; readonly input: number; readonly hash: number }

/** Values for combinations, found by their hashes; statistics may share one. */
export interface CtrTable {
  readonly highs: Int32Array
  readonly lows: Int32Array
  /** `width` values for each hash. */
  readonly values: Float64Array
  readonly width: number
  readonly denominator: number
}
