import type { ForestOptions } from './forest.ts'

/**
 * The distinct pairs of a feature and where a missing cell of it goes. A kernel copies a row's cells into slots once, so that a
 * split needs no look at missing cells: NaN compares as false and so goes left, and in a slot that sends it right it is replaced.
 */
export interface Slots {
  readonly count: number
  /** Per slot: the column of the matrix. */
  readonly columns: Int32Array
  /** Per slot: 1 where a missing cell goes right. */
  readonly missingRight: Uint8Array
  /** Per node: its slot; 0 for a leaf and for a split on categories. */
  readonly ofNode: Int32Array
}

/** The slots of a forest's numeric splits, in the order in which nodes first use them. */
export function slotsOf(options: ForestOptions): Slots {
  const { nodes, features } = options
  const known = new Int32Array(features * 2).fill(-1)
  const ofNode = new Int32Array(nodes.feature.length)
  const columns: number[] = []
  const missingRight: number[] = []
  for (let node = 0; node < ofNode.length; node++) {
    const feature = nodes.feature[node]!
    if (feature < 0 || (nodes.categories?.start[node] ?? -1) >= 0) continue
    const right = nodes.missingLeft[node] === 0 ? 1 : 0
    const pair = feature * 2 + right
    if (known[pair] === -1) {
      known[pair] = columns.length
      columns.push(options.columns?.[feature] ?? feature)
      missingRight.push(right)
    }
    ofNode[node] = known[pair]!
  }
  return { count: columns.length, columns: Int32Array.from(columns), missingRight: Uint8Array.from(missingRight), ofNode }
}
