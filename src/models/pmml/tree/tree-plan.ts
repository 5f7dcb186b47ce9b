import type { ModelHead, ModelPlan } from '../model-plan.ts'
import type { Predicate } from '../predicates/predicate.ts'

export const MISSING_VALUE_STRATEGIES = [
  'none',
  'lastPrediction',
  'nullPrediction',
  'defaultChild',
  'weightedConfidence',
  'aggregateNodes',
] as const
export type MissingValueStrategy = (typeof MISSING_VALUE_STRATEGIES)[number]

/** A TreeModel (PMML 4.4.1, TreeModel), as plain data. */
export interface TreePlan {
  readonly kind: 'TreeModel'
  readonly head: ModelHead
  readonly missingValueStrategy: MissingValueStrategy
  readonly missingValuePenalty: number
  readonly returnsLastPrediction: boolean
  readonly nodes: TreeNodes
  /** The models that compute the results of nodes, where there are any. */
  readonly embedded?: EmbeddedModels
}

export interface EmbeddedModels {
  readonly models: readonly ModelPlan[]
  /** Per node: the index of its model, or -1. */
  readonly of: Int32Array
}

/** The predicate of a node: a code of `SIMPLE_OPERATORS`, or one of these. */
export const NODE_TEST = { true: 8, false: 9, other: 10 } as const

/**
 * The nodes of a tree as columns, in document order, so a node's first child, if it has any, is the node after it. A literal is a
 * number where the number's shortest form is how it was written; else its text is `texts[textOf]`.
 */
export interface TreeNodes {
  readonly count: number
  /** What the node tests: `SIMPLE_OPERATORS` code or `NODE_TEST`. */
  readonly test: Uint8Array
  /** Index in `fields` for a simple test, in `predicates` for another. */
  readonly subject: Int32Array
  readonly operand: Float64Array
  /** Index in `texts`, or -1 where `operand` says it all. */
  readonly operandText: Int32Array
  /** The node after this one and its descendants. */
  readonly end: Int32Array
  readonly score: Float64Array
  /** Index in `texts`, -1 where `score` says it all, -2 where the node has no score. */
  readonly scoreText: Int32Array
  /** NaN where it is not declared. */
  readonly recordCount: Float64Array
  /** The node that `defaultChild` names, or -1. */
  readonly defaultChild: Int32Array
  /** Index in `texts`, -1 for none; -2 - n for the whole number n. */
  readonly id: Int32Array
  /** Where the node's ScoreDistributions begin in the columns below; one entry more than nodes. */
  readonly distribution: Int32Array
  /** Index in `texts`. */
  readonly distributionValue: Int32Array
  readonly distributionCount: Float64Array
  /** NaN where it is not declared. */
  readonly distributionProbability: Float64Array
  readonly distributionConfidence: Float64Array
  readonly fields: readonly string[]
  readonly predicates: readonly Predicate[]
  readonly texts: readonly string[]
}

/** The text of a literal. */
export function literalText(nodes: TreeNodes, number: number, text: number): string {
  return text < 0 ? String(number) : nodes.texts[text]!
}

/** The text of an id; undefined where there is none. */
export function idText(texts: readonly string[], id: number): string | undefined {
  return id < -1 ? String(-2 - id) : texts[id]
}
