import type { RecordValue, Value } from '../values/value.ts'
import { type Features, flattenTree } from './flat-tree.ts'

/** How deep trees may be that are walked together: each walk takes as many steps as the deepest of its four has levels. */
const DEPTH_LIMIT = 64

/**
 * Trees in one set of arrays. From node n a walk goes to `steps[2 * n + 1]`, or the node after it where number `steps[2 * n]` of the datum
 * is below the node's threshold; a leaf leads back to itself. Only for datums without NaN.
 */
export interface Forest {
  readonly roots: Int32Array
  /** Per four trees: the most levels that one of them has. */
  readonly depths: Int32Array
  readonly steps: Int32Array
  readonly thresholds: Float64Array
  /** Per node: its value where it is a leaf. */
  readonly leaves: readonly Value[]
}

/** Lays trees out for a walk of all, or gives undefined where one of them compares something else than numbers by order, or is very deep. */
export function flattenForest(trees: readonly Value[], features: Features): Forest | undefined {
  const roots: number[] = []
  const depths: number[] = []
  const steps: number[] = []
  const thresholds: number[] = []
  const leaves: Value[] = []
  const node = (): number => {
    steps.push(0, steps.length >> 1)
    thresholds.push(Number.NaN)
    leaves.push(0)
    return leaves.length - 1
  }
  for (const [t, root] of trees.entries()) {
    const flat = flattenTree(root as RecordValue, features, features)
    if (!flat.numeric) return undefined
    roots.push(node())
    // Pairs of a node of the tree and its place here, a level after the other.
    let level: readonly (readonly [from: number, to: number])[] = [[0, roots[t]!]]
    let depth = 0
    for (; level.length > 0 && depth <= DEPTH_LIMIT; depth++) {
      const next: (readonly [number, number])[] = []
      for (const [from, to] of level) {
        if (from < 0) {
          leaves[to] = flat.leaves[~from]
          continue
        }
        const [above, below] = [node(), node()]
        steps[2 * to] = flat.features[from]!
        steps[2 * to + 1] = above
        thresholds[to] = flat.thresholds[from]!
        next.push([flat.children[2 * from + 1]!, above], [flat.children[2 * from]!, below])
      }
      level = next
    }
    if (level.length > 0) return undefined
    depths[t >> 2] = Math.max(depths[t >> 2] ?? 0, depth - 1)
  }
  return {
    roots: Int32Array.from(roots),
    depths: Int32Array.from(depths),
    steps: Int32Array.from(steps),
    thresholds: Float64Array.from(thresholds),
    leaves,
  }
}
