import { leafTerm, leafWidth } from './leaf-values.ts'
import type { ForestOptions } from './forest.ts'
import { type Slots, slotsOf } from './slots.ts'
import { inclusiveThreshold, isNeverTrue } from './threshold.ts'

/**
 * A forest laid out for walking without branches: siblings side by side, breadth first, so that a step is
 * `node = child[node] + (x > threshold[node])`. A leaf is its own child, with a threshold that nothing exceeds.
 */
export interface NodeLayout {
  readonly roots: Int32Array
  readonly slots: Slots
  /** Per node: two entries, its slot and its left child. */
  readonly steps: Int32Array
  readonly thresholds: Float64Array
  /** Per node: where its leaf begins in `terms`; -1 for a split. */
  readonly leafAt: Int32Array
  /** Leaf values times their tree's weight. */
  readonly terms: Float64Array
  /** True where some split can't be written as `x > threshold`, whatever the row. */
  readonly careful: boolean
  /** True where that is so for rows with missing cells. */
  readonly carefulWhenMissing: boolean
}

export function layOutNodes(options: ForestOptions): NodeLayout {
  const { nodes, comparison, singlePrecision = false } = options
  const slots = slotsOf(options)
  const width = leafWidth(options)
  const order: number[] = []
  const roots = new Int32Array(nodes.roots.length)
  const count = nodes.feature.length
  const steps = new Int32Array(count * 2)
  const thresholds = new Float64Array(count).fill(Number.NaN)
  const leafAt = new Int32Array(count).fill(-1)
  const terms: number[] = []
  let careful = false
  let carefulWhenMissing = false
  for (let tree = 0, at = 0; tree < roots.length; tree++) {
    roots[tree] = order.length
    order.push(nodes.roots[tree]!)
    for (; at < order.length; at++) {
      const node = order[at]!
      if (nodes.feature[node] === -1) {
        steps[at * 2 + 1] = at
        leafAt[at] = terms.length
        for (let k = 0; k < width; k++) terms.push(leafTerm(options, tree, nodes.leaf[node]! * width + k))
        continue
      }
      steps[at * 2] = slots.ofNode[node]!
      steps[at * 2 + 1] = order.length
      order.push(nodes.left[node]!, nodes.right[node]!)
      const threshold = nodes.threshold[node]!
      thresholds[at] = inclusiveThreshold(threshold, comparison, singlePrecision)
      // A missing cell that goes right is written as +Infinity, which does not exceed this threshold.
      if (thresholds[at] === Infinity && nodes.missingLeft[node] === 0) carefulWhenMissing = true
      if ((nodes.categories?.start[node] ?? -1) >= 0 || isNeverTrue(threshold, comparison, singlePrecision)) careful = true
    }
  }
  return { roots, slots, steps, thresholds, leafAt, terms: Float64Array.from(terms), careful, carefulWhenMissing }
}
