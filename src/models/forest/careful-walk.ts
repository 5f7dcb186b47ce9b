import type { ForestOptions } from './forest.ts'

/** Answers the leaf that a row reaches in a tree, as a node of the forest as it was given. Any split, any cell. */
export type CarefulWalk = (tree: number, matrix: Float64Array, row: number) => number

/** The walk that says what every other way to score must say: one look at each thing that a split may depend on. */
export function createCarefulWalk(options: ForestOptions): CarefulWalk {
  const { nodes, columns, comparison, singlePrecision } = options
  const { roots, feature, threshold, left, right, missingLeft, categories } = nodes
  const inclusive = comparison === 'lessOrEqual'
  return (tree, matrix, row) => {
    let node = roots[tree]!
    for (;;) {
      const split = feature[node]!
      if (split === -1) return node
      const cell = matrix[row + (columns ? columns[split]! : split)]!
      const set = categories ? categories.start[node]! : -1
      let goesLeft: boolean
      if (cell !== cell || (set >= 0 && cell < 0)) goesLeft = missingLeft[node] === 1
      else if (set >= 0) goesLeft = cell < categories!.codes[node]! && ((categories!.words[set + (cell >>> 5)]! >>> (cell & 31)) & 1) === 1
      else {
        const x = singlePrecision ? Math.fround(cell) : cell
        const t = singlePrecision ? Math.fround(threshold[node]!) : threshold[node]!
        goesLeft = inclusive ? x <= t : x < t
      }
      node = goesLeft ? left[node]! : right[node]!
    }
  }
}
