import type { ForestOptions } from './forest.ts'

/** How many values a leaf has. */
export function leafWidth(options: ForestOptions): number {
  return options.targets ? 1 : options.outputs
}

/** What a tree's leaf adds to one of its outputs: its value times the tree's weight, rounded once. */
export function leafTerm(options: ForestOptions, tree: number, at: number): number {
  const value = options.leafValues[at]!
  return options.weights ? options.weights[tree]! * value : value
}
