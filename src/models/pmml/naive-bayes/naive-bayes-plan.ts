import type { DerivedField } from '../expressions/expression.ts'
import type { ModelHead } from '../model-plan.ts'

/** A NaiveBayesModel (PMML 4.4.1, NaiveBayes), as plain data. */
export interface NaiveBayesPlan {
  readonly kind: 'NaiveBayesModel'
  readonly head: ModelHead
  /** The probability that stands in for those that are smaller. */
  readonly threshold: number
  readonly inputs: readonly BayesInput[]
  /** How often each class is there. */
  readonly counts: readonly ClassCount[]
}

export interface ClassCount {
  readonly value: string
  readonly count: number
}

export interface BayesInput {
  readonly field: string
  /** What the field becomes before it is looked up, where it becomes something else. */
  readonly derived?: Omit<DerivedField, 'name'>
  /** Per value of the field: how often it is there in each class. */
  readonly pairs: readonly { readonly value: string; readonly counts: readonly ClassCount[] }[]
  /** Per class: how the field is distributed. */
  readonly distributions: readonly { readonly value: string; readonly distribution: Distribution }[]
}

export type Distribution =
  | { readonly kind: 'GaussianDistribution'; readonly mean: number; readonly variance: number }
  | { readonly kind: 'PoissonDistribution'; readonly mean: number }
  | { readonly kind: 'UniformDistribution'; readonly lower: number; readonly upper: number }
