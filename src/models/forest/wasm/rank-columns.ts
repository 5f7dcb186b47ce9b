import type { ForestOptions } from '../forest.ts'
import { LANES } from './lanes-layout.ts'
import type { Slots } from '../slots.ts'
import { inclusiveThreshold } from '../threshold.ts'

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
  /** Vectors of 16 columns. */
  readonly blocks: number
  /** Steps of a binary search in the longest column. */
  readonly steps: number
  /** Per node: the column of its split, and the index of its threshold there. */
  readonly columnOf: Int32Array
  readonly indexOf: Int32Array
}

export function rankColumns(options: ForestOptions, slots: Slots): RankColumns {
  const { nodes, comparison, singlePrecision = false } = options
  const count = nodes.feature.length
  const columnOf = new Int32Array(count)
  const indexOf = new Int32Array(count)
  const inclusive = new Float64Array(count)
  const splits = Array.from({ length: slots.count }, () => [] as number[])
  for (let node = 0; node < count; node++) {
    if (nodes.feature[node] === -1) continue
    inclusive[node] = inclusiveThreshold(nodes.threshold[node]!, comparison, singlePrecision)
    splits[slots.ofNode[node]!]!.push(node)
  }

  const columns: { slot: number; thresholds: Float64Array }[] = []
  for (const [slot, members] of splits.entries()) {
    const sorted = new Float64Array(members.length)
    for (let at = 0; at < sorted.length; at++) sorted[at] = inclusive[members[at]!]!
    sorted.sort()
    const distinct = sorted.filter((threshold, index) => index === 0 || threshold !== sorted[index - 1])
    for (const node of members) {
      const place = placeOf(inclusive[node]!, distinct)
      columnOf[node] = columns.length + Math.floor(place / SLICE)
      indexOf[node] = place % SLICE
    }
    for (let from = 0; from < distinct.length; from += SLICE) columns.push({ slot, thresholds: distinct.subarray(from, from + SLICE) })
  }
  const longest = columns.reduce((most, column) => Math.max(most, column.thresholds.length), 0)
  return { columns, columnOf, indexOf, blocks: Math.ceil(columns.length / LANES), steps: Math.ceil(Math.log2(longest + 1)) }
}

/** Where a threshold stands among these, which are sorted; the two zeros are equal. */
function placeOf(threshold: number, sorted: Float64Array): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < threshold) low = middle + 1
    else high = middle
  }
  return low
}
