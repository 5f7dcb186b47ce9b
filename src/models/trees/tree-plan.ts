import type { ForestOptions } from '../forest/forest.ts'
import type { LinkPlan } from './link-plan.ts'

/** What a file of trees says, checked and laid out as plain data, so that it can be made in a worker thread. */
export interface TreePlan {
  readonly inputs: readonly TreeInput[]
  /** Whether the inputs' names mean nothing: the file gives none. */
  readonly positional: boolean
  /** Where the features of the forest come from, in their order. */
  readonly columns: readonly ColumnPlan[]
  /** Where true, a number must be finite as a float32; a record with another is rejected. */
  readonly finiteFloats: boolean
  readonly forest: ForestOptions
  readonly link: LinkPlan
}

export interface TreeInput {
  readonly name: string
  /** Whether a split depends on it. */
  readonly used: boolean
  /** The texts that a category may be; `open` where any text is taken; absent for a number. */
  readonly categories?: readonly string[] | 'open'
}

/**
 * How a cell of the forest's matrix is made of an input's cell. NaN, which stands for a missing cell, stays NaN, except in `equals`
 * and `ctr`.
 * - `number`: as it is.
 * - `zeroIsMissing`: numbers that LightGBM takes for zero are missing.
 * - `integer`: the fraction is dropped, so that -0.5 is category 0; below that it is missing.
 * - `natural`: a category's number; a negative one is in no set.
 * - `codes`: the code of a category; a text that the model doesn't know is missing, or rejects the record where `strict` is true.
 * - `equals`: 1 where a text has this CatBoost hash, else 0.
 * - `ctr`: a statistic of CatBoost, by its number.
 */
export type ColumnPlan =
  | { readonly as: 'number' | 'zeroIsMissing' | 'integer' | 'natural'; readonly input: number }
  | { readonly as: 'codes'; readonly input: number; readonly strict: boolean }
  | { readonly as: 'equals'; readonly input: number; readonly hash: number }
  | { readonly as: 'ctr'; readonly ctr: number }
