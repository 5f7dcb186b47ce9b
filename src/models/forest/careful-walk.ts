import type { ForestOptions } from './forest.ts'
import { leafTerm, leafWidth } from './leaf-values.ts'

/** Some rows of a matrix, and where their sums are. */
export interface CarefulRows {
  readonly matrix: Float64Array
  readonly stride: number
  readonly first: number
  readonly count: number
  readonly out: Float64Array
  readonly outStride: number
}

/** Adds the leaves that rows reach in all trees, in the order of the trees, to their sums. Any split, any cell. */
export type CarefulSums = (rows: CarefulRows) => void

/** Where what a walk asks of a node stands in its eight words. */
const NODE = { column: 0, set: 1, codes: 2, left: 3, right: 4, missing: 5, words: 8 } as const

/**
 * The walk that says what every other way to score must say: one look at each thing that a split may depend on. A tree is walked for
 * all rows before the next, so that it is read into the cache once.
 */
export function createCarefulSums(options: ForestOptions): CarefulSums {
  const { nodes, comparison, targets, singlePrecision = false, singlePrecisionSums = false } = options
  const { roots, categories } = nodes
  const inclusive = comparison === 'lessOrEqual'
  const width = leafWidth(options)
  const table = nodeTable(options)
  const threshold = singlePrecision ? Float64Array.from(nodes.threshold, Math.fround) : nodes.threshold
  const sets = categories?.words ?? new Uint32Array(0)
  const terms = termsOf(options, width)
  return ({ matrix, stride, first, count, out, outStride }) => {
    for (let tree = 0; tree < roots.length; tree++) {
      const root = roots[tree]! * NODE.words
      const target = targets === undefined ? 0 : targets[tree]!
      for (let r = first; r < first + count; r++) {
        const row = r * stride
        let node = root
        for (let column = table[node]!; column >= 0; column = table[node]!) {
          const cell = matrix[row + column]!
          const set = table[node + NODE.set]!
          let next: number
          if (set >= 0) {
            if (cell >= 0) {
              const isIn = cell < table[node + NODE.codes]! && ((sets[set + (cell >>> 5)]! >>> (cell & 31)) & 1) === 1
              next = isIn ? NODE.left : NODE.right
            } else next = table[node + NODE.missing]!
          } else if (cell !== cell) next = table[node + NODE.missing]!
          else {
            const x = singlePrecision ? Math.fround(cell) : cell
            const limit = threshold[node >>> 3]!
            next = (inclusive ? x <= limit : x < limit) ? NODE.left : NODE.right
          }
          node = table[node + next]!
        }
        const at = r * outStride + target
        const term = terms.first[node >>> 3]!
        if (singlePrecisionSums) for (let k = 0; k < width; k++) out[at + k] = Math.fround(out[at + k]! + terms.values[term + k]!)
        else for (let k = 0; k < width; k++) out[at + k]! += terms.values[term + k]!
      }
    }
  }
}

/** The nodes with eight words each, which stand together in memory: children are places of nodes here, and a leaf's column is -1. */
function nodeTable({ nodes, columns }: ForestOptions): Int32Array {
  const { feature, left, right, missingLeft, categories } = nodes
  const table = new Int32Array(feature.length * NODE.words)
  for (let node = 0; node < feature.length; node++) {
    const at = node * NODE.words
    const split = feature[node]!
    table[at + NODE.column] = split < 0 ? -1 : (columns?.[split] ?? split)
    table[at + NODE.set] = categories === undefined ? -1 : categories.start[node]!
    table[at + NODE.codes] = categories === undefined ? 0 : categories.codes[node]!
    table[at + NODE.left] = left[node]! * NODE.words
    table[at + NODE.right] = right[node]! * NODE.words
    table[at + NODE.missing] = missingLeft[node] === 1 ? NODE.left : NODE.right
  }
  return table
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
