import type { ModelHead, ModelPlan } from '../model-plan.ts'
import type { Predicate } from '../predicates/predicate.ts'

export const MULTIPLE_MODEL_METHODS = [
  'majorityVote',
  'weightedMajorityVote',
  'average',
  'weightedAverage',
  'median',
  'weightedMedian',
  'x-weightedMedian',
  'max',
  'sum',
  'weightedSum',
  'x-weightedSum',
  'selectFirst',
  'selectAll',
  'modelChain',
  'multiModelChain',
  'x-multiModelChain',
] as const
export type MultipleModelMethod = (typeof MULTIPLE_MODEL_METHODS)[number]

export const MISSING_PREDICTION_TREATMENTS = ['continue', 'skipSegment', 'returnMissing'] as const

/** A MiningModel with its segments (PMML 4.4.1, MultipleModels), as plain data. */
export interface MiningPlan {
  readonly kind: 'MiningModel'
  readonly head: ModelHead
  readonly method: MultipleModelMethod
  readonly missingPrediction: (typeof MISSING_PREDICTION_TREATMENTS)[number]
  readonly missingThreshold: number
  readonly segments: readonly SegmentPlan[]
}

export interface SegmentPlan {
  /** Which of the segments it is, from 1. */
  readonly position: number
  readonly id?: string
  readonly weight: number
  readonly predicate: Predicate
  readonly model: ModelPlan
}
