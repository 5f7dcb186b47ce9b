import type { ForestNodes } from '../forest.ts'
import { LANES } from './lanes-layout.ts'
import type { LaneTrees } from './lane-trees.ts'
import { writeSplit } from './split-ranks.ts'

export interface MaskedTrees extends LaneTrees {
  /** Splits per stretch: the most that strike out leaves of one stretch of 8 in any tree. */
  readonly splitsPerStretch: number
}

/**
 * Trees with their leaves numbered from left to right, and for each stretch of 8 leaves the splits that strike out some of them.
 * Undefined where a tree has more than 256 leaves.
 */
export function maskedTrees(nodes: ForestNodes): MaskedTrees | undefined {
  const trees = nodes.roots.length
  const found: { readonly tree: number; readonly stretch: number; readonly place: number; readonly node: number; readonly mask: number }[] =
    []
  const leavesOf: number[][] = []
  let [most, splitsPerStretch] = [1, 1]
  for (let tree = 0; tree < trees; tree++) {
    const leaves: number[] = []
    const counts = new Int32Array(32)
    const number = (node: number): void => {
      if (leaves.length > 256) return
      if (nodes.feature[node] === -1) return void leaves.push(node)
      const from = leaves.length
      number(nodes.left[node]!)
      for (let stretch = from >> 3; stretch * 8 < leaves.length && stretch < 32; stretch++) {
        const place = counts[stretch]!++
        found.push({ tree, stretch, place, node, mask: bitsBetween(from - stretch * 8, leaves.length - stretch * 8) })
        splitsPerStretch = Math.max(splitsPerStretch, place + 1)
      }
      number(nodes.right[node]!)
    }
    number(nodes.roots[tree]!)
    if (leaves.length > 256) return undefined
    most = Math.max(most, leaves.length)
    leavesOf.push(leaves)
  }

  const stretches = Math.ceil(most / 8)
  const leaves = new Int32Array(trees * stretches * 8).fill(-1)
  for (const [tree, its] of leavesOf.entries()) leaves.set(its, tree * stretches * 8)
  const stretchBytes = (blocks: number): number => splitsPerStretch * (blocks + 2) * LANES
  return {
    leavesPerTree: stretches * 8,
    leaves,
    splitsPerStretch,
    stretchBytes,
    groupBytes: (blocks) => stretches * stretchBytes(blocks),
    write(bytes, ranks) {
      const entryBytes = (ranks.blocks + 2) * LANES
      for (const { tree, stretch, place, node, mask } of found) {
        const entry = (Math.floor(tree / LANES) * stretches + stretch) * splitsPerStretch + place
        const at = entry * entryBytes + (tree % LANES)
        writeSplit(bytes, at, node, ranks)
        bytes[at + (ranks.blocks + 1) * LANES] = mask
      }
    },
  }
}

/** A byte with the bits from `from` up to, not including, `to` set, as far as they are in it. */
function bitsBetween(from: number, to: number): number {
  return (0xff << Math.max(from, 0)) & (0xff >> (8 - Math.min(to, 8)))
}
