import type { ForestNodes } from '../forest.ts'
import { LANES } from './lanes-layout.ts'
import type { LaneTrees } from './lane-trees.ts'
import { writeSplit } from './split-ranks.ts'

/**
 * Trees made complete to the depth of the deepest, as heaps: the children of entry i are 2i+1 and 2i+2. Below a leaf that is not so
 * deep, every entry leads to that leaf, whatever is compared there.
 */
export function completeTrees(nodes: ForestNodes, depth: number): LaneTrees {
  const width = 2 ** depth
  const trees = nodes.roots.length
  const splits = new Int32Array(trees * (width - 1)).fill(-1)
  const leaves = new Int32Array(trees * width)
  const heap = new Int32Array(2 * width - 1)
  for (let tree = 0; tree < trees; tree++) {
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
  return {
    leavesPerTree: width,
    leaves,
    groupBytes: (blocks) => (width - 1) * (blocks + 1) * LANES,
    stretchBytes: () => 0,
    write(bytes, ranks) {
      const entryBytes = (ranks.blocks + 1) * LANES
      for (let index = 0; index < splits.length; index++) {
        const node = splits[index]!
        if (node === -1) continue
        const tree = Math.floor(index / (width - 1))
        const entry = Math.floor(tree / LANES) * (width - 1) + (index % (width - 1))
        writeSplit(bytes, entry * entryBytes + (tree % LANES), node, ranks)
      }
    },
  }
}
