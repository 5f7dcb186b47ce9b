import type { ForestOptions } from '../forest.ts'
import { leafWidth } from '../leaf-values.ts'
import { type Slots, slotsOf } from '../slots.ts'
import { isNeverTrue } from '../threshold.ts'
import { completeTrees } from './complete-trees.ts'
import type { LaneTrees } from './lane-trees.ts'
import { LANES, type LanesVariant, type Way } from './lanes-layout.ts'
import { maskedTrees } from './masked-trees.ts'
import { type RankColumns, rankColumns } from './rank-columns.ts'

/** What a lanes kernel needs to know of a forest that it can score. */
export interface LanesPlan {
  readonly slots: Slots
  readonly ranks: RankColumns
  readonly trees: LaneTrees
  readonly variant: LanesVariant
  readonly groups: number
  /** An estimate of nanoseconds a row. */
  readonly cost: number
}

const MAX_FOLD_DEPTH = 8
/** A fold's code grows with this product; beyond it the module is not optimised well. */
const MAX_FOLD_VECTORS = 512
const MAX_BLOCKS = 16
const MAX_WIDTH = 16
const MAX_LEAF_BYTES = 1 << 28

/** The cheapest plan, or the one for a given way. Undefined where there is none: splits on categories, or trees that are too large. */
export function planLanes(options: ForestOptions, depths: Int32Array, way?: Way): LanesPlan | undefined {
  const { nodes, comparison, targets, singlePrecision = false, singlePrecisionSums: singleSums = false } = options
  const depth = depths.reduce((most, one) => Math.max(most, one), 0)
  const width = leafWidth(options)
  const categorical = nodes.categories?.start.some((start) => start >= 0) ?? false
  if (categorical || depth < 1 || depth > 255 || width > MAX_WIDTH) return undefined
  if (nodes.threshold.some((threshold) => isNeverTrue(threshold, comparison, singlePrecision))) return undefined
  const slots = slotsOf(options)
  const ranks = rankColumns(options, slots)
  const { blocks, steps } = ranks
  if (blocks > MAX_BLOCKS) return undefined

  const groups = Math.ceil(nodes.roots.length / LANES)
  const rest = 0.9 * steps * ranks.columns.length + groups * (5 + 4 * width)
  const fits = (leaves: number): boolean => groups * LANES * leaves * width * 8 <= MAX_LEAF_BYTES
  const plan = (chosen: Way, trees: LaneTrees, cost: number): LanesPlan => {
    const variant = { way: chosen, leaves: trees.leavesPerTree, blocks, steps, width, targeted: targets !== undefined, singleSums }
    return { slots, ranks, trees, variant, groups, cost }
  }
  // The costs are fitted to measurements on a Zen 5 core in batches of 256.
  const foldCost = rest + groups * (2 ** depth - 1) * (0.1 + 0.19 * blocks)
  const masked = way === 'fold' ? undefined : maskedTrees(nodes)
  const masksCost = masked ? rest + groups * (masked.leavesPerTree / 8) * (1.7 + masked.splitsPerStretch * 0.2 * blocks) : Infinity
  const canFold = way !== 'masks' && depth <= MAX_FOLD_DEPTH && blocks * 2 ** depth <= MAX_FOLD_VECTORS && fits(2 ** depth)
  if (canFold && foldCost <= masksCost) return plan('fold', completeTrees(nodes, depth), foldCost)
  return masked && fits(masked.leavesPerTree) ? plan('masks', masked, masksCost) : undefined
}
