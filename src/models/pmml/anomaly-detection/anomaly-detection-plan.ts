import type { ModelHead, ModelPlan } from '../model-plan.ts'

export const ANOMALY_ALGORITHMS = ['iforest', 'ocsvm', 'clusterMeanDist', 'other'] as const

/** An AnomalyDetectionModel (PMML 4.4.1, Anomaly Detection Models), as plain data. */
export interface AnomalyDetectionPlan {
  readonly kind: 'AnomalyDetectionModel'
  readonly head: ModelHead
  readonly algorithm: (typeof ANOMALY_ALGORITHMS)[number]
  readonly model: ModelPlan
  /** The average path in a tree over as many instances as each tree was made of; for `iforest`. */
  readonly averagePath: number
  /** Per cluster, for `clusterMeanDist`. */
  readonly meanDistances: Float64Array
}
