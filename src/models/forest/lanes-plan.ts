import type { ForestOptions } from './forest.ts'
import { leafWidth } from './leaf-values.ts'
import { type RankColumns, rankColumns } from './rank-columns.ts'
import { type Slots, slotsOf } from './slots.ts'
import { isNeverTrue } from './threshold.ts'
import { LANES, type LanesVariant } from './wasm/lanes-program.ts'

/** What the lanes kernel needs to know of a forest that it can score. */
export interface LanesPlan {
  readonly slots: Slots
  readonly ranks: RankColumns
  readonly variant: LanesVariant
  readonly groups: number
  /** An estimate of nanoseconds a row. */
  readonly cost: number
}

/** Beyond these a module is so large that it is not optimised well, or the padded trees are. */
const MAX_DEPTH = 8
const MAX_WIDTH = 16
const MAX_SPLIT_VECTORS = 512
const MAX_LEAF_BYTES = 1 << 28

/** Undefined where the lanes kernel can't score the forest: it has splits on categories, or is too deep or too wide. */
export function planLanes(options: ForestOptions, depths: Int32Array): LanesPlan | undefined {
  const { nodes, targets, singlePrecision = false } = options
  const depth = depths.reduce((most, one) => Math.max(most, one), 0)
  const width = leafWidth(options)
  const categorical = nodes.categories?.start.some((start) => start >= 0) ?? false
  if (categorical || depth < 1 || depth > MAX_DEPTH || width > MAX_WIDTH) return undefined
  if (nodes.threshold.some((threshold) => isNeverTrue(threshold, options.comparison, singlePrecision))) return undefined
  const groups = Math.ceil(nodes.roots.length / LANES)
  if (groups * LANES * 2 ** depth * width * 8 > MAX_LEAF_BYTES) return undefined

  const slots = slotsOf(options)
  const ranks = rankColumns(options, slots)
  const blocks = Math.ceil(ranks.columns.length / LANES)
  if (blocks * 2 ** depth > MAX_SPLIT_VECTORS) return undefined
  const longest = ranks.columns.reduce((most, { thresholds }) => Math.max(most, thresholds.length), 0)
  const variant = { depth, blocks, steps: Math.ceil(Math.log2(longest + 1)), width, targeted: targets !== undefined }
  return { slots, ranks, variant, groups, cost: lanesCost(variant, ranks.columns.length, groups) }
}

/** Fitted to measurements on a Zen 5 core, in batches of 256: within a fifth of them for 1 to 1,000 trees, depths 1 to 8, 1 to 8 blocks. */
function lanesCost({ depth, blocks, steps, width }: LanesVariant, columns: number, groups: number): number {
  return columns * 0.9 * steps + groups * ((2 ** depth - 1) * (0.1 + 0.19 * blocks) + 5 + 4 * width)
}

/** As `lanesCost`, for the walk. */
export function walkCost(options: ForestOptions, depths: Int32Array): number {
  return depths.reduce((sum, depth) => sum + 1 + 1.9 * depth, 1.2 * options.features)
}
