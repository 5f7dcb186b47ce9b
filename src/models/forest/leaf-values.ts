import type { ForestOptions } from './forest.ts'

/** How many values a leaf has. */
export function leafWidth(options: ForestOptions): number {
  return options.targets ? 1 : options.outputs
}

/** What a tree's leaf adds to one of its outputs: its value times the tree's weight, rounded once. */
export function leafTerm(options: ForestOptions, tree: number, at: number): number {
  const value = options.leafValues[at]!
  const term = options.weights ? options.weights[tree]! * value : value
  return options.singlePrecisionSums ? Math.fround(term) : term
}

/** What the sums of a row begin with. */
export function initialSums({ outputs, initial }: ForestOptions): Float64Array {
  return initial ?? new Float64Array(outputs)
}
