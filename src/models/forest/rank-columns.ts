import type { ForestOptions } from './forest.ts'
import type { Slots } from './slots.ts'
import { inclusiveThreshold } from './threshold.ts'

/** So many thresholds can be told apart by one byte: a rank is a count of 0 to 255 thresholds below the cell. */
const SLICE = 255

/**
 * Cells as small integers: the rank of a cell in a column is how many of the column's thresholds are below it, so that
 * `x <= thresholds[j]` exactly where `rank <= j`. A slot with more thresholds than a byte can count has several columns, each for
 * a slice of them.
 */
export interface RankColumns {
  /** Per column: its slot, and its thresholds in ascending order, at most 255. */
  readonly columns: readonly { readonly slot: number; readonly thresholds: Float64Array }[]
  /** Per node: the column of its split, and the index of its threshold there. */
  readonly columnOf: Int32Array
  readonly indexOf: Int32Array
}

export function rankColumns(options: ForestOptions, slots: Slots): RankColumns {
  const { nodes, comparison, singlePrecision = false } = options
  const count = nodes.feature.length
  const columnOf = new Int32Array(count)
  const indexOf = new Int32Array(count)
  const thresholds = Float64Array.from(nodes.threshold, (threshold) => inclusiveThreshold(threshold, comparison, singlePrecision))
  const splits = Array.from({ length: slots.count }, () => [] as number[])
  for (let node = 0; node < count; node++) if (nodes.feature[node] !== -1) splits[slots.ofNode[node]!]!.push(node)

  const columns: { slot: number; thresholds: Float64Array }[] = []
  for (const [slot, members] of splits.entries()) {
    members.sort((a, b) => thresholds[a]! - thresholds[b]!)
    let slice: number[] = []
    const close = (): void => void columns.push({ slot, thresholds: Float64Array.from(slice) })
    for (const node of members) {
      if (slice.at(-1) !== thresholds[node]) {
        if (slice.length === SLICE) {
          close()
          slice = []
        }
        slice.push(thresholds[node]!)
      }
      columnOf[node] = columns.length
      indexOf[node] = slice.length - 1
    }
    if (slice.length > 0) close()
  }
  return { columns, columnOf, indexOf }
}
