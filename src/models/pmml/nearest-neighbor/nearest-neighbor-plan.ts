import type { Compared, ComparisonMeasure } from '../comparison/comparison-measure.ts'
import type { ModelHead } from '../model-plan.ts'

export const CONTINUOUS_SCORINGS = ['median', 'average', 'weightedAverage'] as const
export type ContinuousScoring = (typeof CONTINUOUS_SCORINGS)[number]
export const CATEGORICAL_SCORINGS = ['majorityVote', 'weightedMajorityVote'] as const
export type CategoricalScoring = (typeof CATEGORICAL_SCORINGS)[number]

/** A NearestNeighborModel (PMML 4.4.1, KNN), as plain data. */
export interface NearestNeighborPlan {
  readonly kind: 'NearestNeighborModel'
  readonly head: ModelHead
  readonly neighbors: number
  readonly continuousScoring: ContinuousScoring
  readonly categoricalScoring: CategoricalScoring
  /** Keeps the weight of a neighbor at distance 0 finite. */
  readonly threshold: number
  readonly measure: ComparisonMeasure
  readonly inputs: readonly KnnInput[]
  /** The fields that the instances have, in the order of their values. */
  readonly instanceFields: readonly string[]
  readonly instances: readonly (readonly (string | undefined)[])[]
  /** The field whose values name the instances; their positions do where absent. */
  readonly idField?: string
  /** Whether the instances hold what the inputs are compared with; else inputs are derived from them. */
  readonly transformed: boolean
}

export interface KnnInput extends Compared {
  readonly field: string
}
