import type { ForestOptions } from '../../../forest/forest.ts'
import { roundingOf } from '../../regression/link.ts'
import { type FinishedForest, NO_RESULT } from './forest-columns.ts'

/**
 * Scores single rows with missing values, which the forest can't: a missing value goes where the tree's strategy sends it. Trees are added as the forest adds them; those without a result are left out.
 */
export interface CarefulWalk {
  /** Sets `sums`, and the figures below. */
  score(cells: Float64Array, at: number, sums: Float64Array): void
  /** Of some outputs, the one that the first of the trees that vote for any of them votes for; -1 where none does. */
  firstVote(cells: Float64Array, at: number, among: (output: number) => boolean): number
  /** The weight of all trees with a result, as it counts in an average: 1 each where the forest has no weights. */
  readonly counted: number
  /** The segments' weights: of all, and of those without a result. */
  readonly all: number
  readonly missing: number
}

export function createCarefulWalk(options: ForestOptions, finished: FinishedForest, segmentWeights: Float64Array): CarefulWalk {
  const { missingTo, strayLeaves } = finished
  const { nodes, leafValues, outputs, weights } = options
  const { roots, feature, threshold, left, right, leaf, categories } = nodes
  const columns = options.columns!
  const round = roundingOf(options.singlePrecisionSums === true)

  function holds(node: number, value: number): boolean {
    const start = categories?.start[node] ?? -1
    if (start < 0) return value <= threshold[node]!
    if (value < 0 || value >= categories!.codes[node]! || !Number.isInteger(value)) return false
    return ((categories!.words[start + (value >> 5)]! >>> (value & 31)) & 1) === 1
  }

  /** A leaf of the forest, `NO_RESULT`, or a stray leaf. */
  function walk(root: number, cells: Float64Array, at: number): number {
    let node = root
    while (node >= 0 && feature[node] !== -1) {
      const value = cells[at + columns[feature[node]!]!]!
      if (Number.isNaN(value)) node = missingTo[node]!
      else node = holds(node, value) ? left[node]! : right[node]!
    }
    return node
  }

  const careful = {
    counted: 0,
    all: 0,
    missing: 0,
    firstVote,
    score(cells: Float64Array, at: number, sums: Float64Array): void {
      sums.fill(0)
      careful.counted = 0
      careful.all = 0
      careful.missing = 0
      for (let tree = 0; tree < roots.length; tree++) {
        const weight = weights === undefined ? 1 : weights[tree]!
        careful.all += segmentWeights[tree]!
        const node = walk(roots[tree]!, cells, at)
        if (node === NO_RESULT) {
          careful.missing += segmentWeights[tree]!
          continue
        }
        careful.counted = round(careful.counted + weight)
        const values = node >= 0 ? leafValues : strayLeaves
        const first = (node >= 0 ? leaf[node]! : -2 - node) * outputs
        for (let i = 0; i < outputs; i++) sums[i] = round(sums[i]! + round(values[first + i]! * weight))
      }
    },
  }
  return careful

  function firstVote(cells: Float64Array, at: number, among: (output: number) => boolean): number {
    for (let tree = 0; tree < roots.length; tree++) {
      const node = walk(roots[tree]!, cells, at)
      if (node === NO_RESULT) continue
      const values = node >= 0 ? leafValues : strayLeaves
      const first = (node >= 0 ? leaf[node]! : -2 - node) * outputs
      for (let i = 0; i < outputs; i++) if (values[first + i]! > 0 && among(i)) return i
    }
    return -1
  }
}
