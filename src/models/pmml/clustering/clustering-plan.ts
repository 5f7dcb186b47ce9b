import type { Compared, ComparisonMeasure } from '../comparison/comparison-measure.ts'
import type { DerivedField } from '../expressions/expression.ts'
import type { ModelHead } from '../model-plan.ts'

/** A ClusteringModel of clusters with centers (PMML 4.4.1, ClusteringModel), as plain data. */
export interface ClusteringPlan {
  readonly kind: 'ClusteringModel'
  readonly head: ModelHead
  readonly measure: ComparisonMeasure
  readonly fields: readonly ClusteringField[]
  /** The fields that PMML 3 derives for the centers. */
  readonly derivedFields: readonly DerivedField[]
  readonly clusters: readonly Cluster[]
  readonly missingWeights?: readonly number[]
}

export interface ClusteringField extends Compared {
  readonly field: string
}

export interface Cluster {
  readonly id: string
  readonly name?: string
  /** One item a field. */
  readonly center: readonly string[]
}
