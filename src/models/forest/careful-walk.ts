import type { ForestOptions } from './forest.ts'
import { leafTerm, leafWidth } from './leaf-values.ts'

/** Adds the leaves that a row reaches in all trees, in their order, to its sums. Any split, any cell. */
export type CarefulSums = (matrix: Float64Array, row: number, out: Float64Array, outAt: number) => void

/** The walk that says what every other way to score must say: one look at each thing that a split may depend on. */
export function createCarefulSums(options: ForestOptions): CarefulSums {
  const { nodes, columns, comparison, targets, singlePrecision = false, singlePrecisionSums = false } = options
  const { roots, left, right, missingLeft, categories } = nodes
  const inclusive = comparison === 'lessOrEqual'
  const width = leafWidth(options)
  const column = nodes.feature.map((feature) => (feature < 0 ? -1 : (columns?.[feature] ?? feature)))
  const threshold = singlePrecision ? Float64Array.from(nodes.threshold, Math.fround) : nodes.threshold
  const starts = categories?.start
  const terms = termsOf(options, width)
  return (matrix, row, out, outAt) => {
    for (let tree = 0; tree < roots.length; tree++) {
      let node = roots[tree]!
      for (let split = column[node]!; split >= 0; split = column[node]!) {
        const cell = matrix[row + split]!
        const set = starts === undefined ? -1 : starts[node]!
        let goesLeft: boolean
        if (set >= 0) {
          if (cell !== cell || cell < 0) goesLeft = missingLeft[node] === 1
          else goesLeft = cell < categories!.codes[node]! && ((categories!.words[set + (cell >>> 5)]! >>> (cell & 31)) & 1) === 1
        } else if (cell !== cell) goesLeft = missingLeft[node] === 1
        else {
          const x = singlePrecision ? Math.fround(cell) : cell
          goesLeft = inclusive ? x <= threshold[node]! : x < threshold[node]!
        }
        node = goesLeft ? left[node]! : right[node]!
      }
      const at = targets === undefined ? outAt : outAt + targets[tree]!
      const term = terms.first[node]!
      if (singlePrecisionSums) for (let k = 0; k < width; k++) out[at + k] = Math.fround(out[at + k]! + terms.values[term + k]!)
      else for (let k = 0; k < width; k++) out[at + k]! += terms.values[term + k]!
    }
  }
}

/** What leaves add, by node: a leaf may stand in several trees with weights of their own, so each node has terms of its own. */
function termsOf(options: ForestOptions, width: number): { readonly first: Int32Array; readonly values: Float64Array } {
  const { roots, feature, left, right, leaf } = options.nodes
  const first = new Int32Array(feature.length).fill(-1)
  const values: number[] = []
  for (let tree = 0; tree < roots.length; tree++) {
    const pending = [roots[tree]!]
    while (pending.length > 0) {
      const node = pending.pop()!
      if (feature[node] !== -1) {
        pending.push(left[node]!, right[node]!)
        continue
      }
      first[node] = values.length
      for (let k = 0; k < width; k++) values.push(leafTerm(options, tree, leaf[node]! * width + k))
    }
  }
  return { first, values: Float64Array.from(values) }
}
