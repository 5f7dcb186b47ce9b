import type { DerivedField, Expression } from '../expressions/expression.ts'
import type { ModelHead } from '../model-plan.ts'

/** A BayesianNetworkModel that predicts one of its discrete nodes (PMML 4.4.1, Bayesian Network), as plain data. */
export interface BayesianNetworkPlan {
  readonly kind: 'BayesianNetworkModel'
  readonly head: ModelHead
  readonly derivedFields: readonly DerivedField[]
  /** In document order; parents may come after their children. */
  readonly nodes: readonly (DiscreteNode | ContinuousNode)[]
}

export interface DiscreteNode {
  readonly kind: 'discrete'
  readonly name: string
  readonly values: readonly string[]
  /** Names of discrete nodes. */
  readonly parents: readonly string[]
  /** One for each combination of the parents' values that the document has. */
  readonly rows: readonly { readonly parentValues: readonly string[]; readonly probabilities: readonly number[] }[]
}

export interface ContinuousNode {
  readonly kind: 'continuous'
  readonly name: string
  readonly parents: readonly string[]
  readonly rows: readonly { readonly parentValues: readonly string[]; readonly distribution: NodeDistribution }[]
}

export const NODE_DISTRIBUTIONS = {
  NormalDistributionForBN: ['Mean', 'Variance'],
  LognormalDistributionForBN: ['Mean', 'Variance'],
  UniformDistributionForBN: ['Lower', 'Upper'],
  TriangularDistributionForBN: ['Mean', 'Lower', 'Upper'],
} as const
export type NodeDistributionKind = keyof typeof NODE_DISTRIBUTIONS

/** Its parameters, in the order of `NODE_DISTRIBUTIONS`, may be computed from other fields. */
export interface NodeDistribution {
  readonly kind: NodeDistributionKind
  readonly parameters: readonly Expression[]
}
