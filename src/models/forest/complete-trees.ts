import type { ForestNodes } from './forest.ts'

/**
 * Trees made complete to one depth, as heaps: the children of entry i are 2i+1 and 2i+2. Below a leaf that is not so deep, every
 * entry leads to that leaf.
 */
export interface CompleteTrees {
  readonly depth: number
  /** Tree after tree, 2^depth - 1 entries each: a split's node, or -1 where the way does not matter. */
  readonly splits: Int32Array
  /** Tree after tree, 2^depth entries each: a leaf's node. */
  readonly leaves: Int32Array
}

export function completeTrees(nodes: ForestNodes, depth: number): CompleteTrees {
  const width = 2 ** depth
  const splits = new Int32Array(nodes.roots.length * (width - 1)).fill(-1)
  const leaves = new Int32Array(nodes.roots.length * width)
  const heap = new Int32Array(2 * width - 1)
  for (let tree = 0; tree < nodes.roots.length; tree++) {
    heap[0] = nodes.roots[tree]!
    for (let entry = 0; entry < width - 1; entry++) {
      const node = heap[entry]!
      const isLeaf = nodes.feature[node] === -1
      if (!isLeaf) splits[tree * (width - 1) + entry] = node
      heap[2 * entry + 1] = isLeaf ? node : nodes.left[node]!
      heap[2 * entry + 2] = isLeaf ? node : nodes.right[node]!
    }
    leaves.set(heap.subarray(width - 1), tree * width)
  }
  return { depth, splits, leaves }
}
