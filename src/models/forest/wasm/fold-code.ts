import type { Code } from '../../../core/wasm/code.ts'
import { LANES, type LanesVariant, LEAF_INDEX, type Pointers } from './lanes-layout.ts'

/** Emits what writes the index of the leaf that each of `count` rows reaches in each of the group's 16 trees to `LEAF_INDEX`. */
export function emitFold(code: Code, { leaves, blocks }: LanesVariant, { split, ranks }: Pointers, count: number): void {
  const depth = Math.log2(leaves)
  const rows = Array.from({ length: count }, (_, row) => row)
  const vectors = (length: number): number[] => Array.from({ length }, () => code.local('v128'))
  const rankVectors = rows.map(() => vectors(blocks))
  const ways = rows.map(() => vectors(depth))
  const columns = vectors(blocks)
  const threshold = code.local('v128')
  for (const row of rows) {
    const ofRow = rankVectors[row]!
    for (const [block, vector] of ofRow.entries()) code.load('v128.load', ranks, (row * blocks + block) * LANES, vector)
  }
  const compare = (entry: number, results: readonly number[]): void => {
    const offset = entry * (blocks + 1) * LANES
    for (const [block, column] of columns.entries()) code.load('v128.load', split, offset + block * LANES, column)
    code.load('v128.load', split, offset + blocks * LANES, threshold)
    for (const row of rows) {
      for (const [block, column] of columns.entries()) {
        code.get(rankVectors[row]![block]!).get(column).op('i8x16.relaxed_swizzle')
        if (block > 0) code.op('v128.or')
      }
      code.get(threshold).op('i8x16.gt_s').set(results[row]!)
    }
  }
  /** What the split that is reached on `level` says, given that the way down to `from` led to `entry`. */
  const fold = (entry: number, from: number, level: number): number[] => {
    const results = rows.map(() => code.local('v128'))
    if (from === level) {
      compare(entry, results)
      return results
    }
    const left = fold(2 * entry + 1, from + 1, level)
    const right = fold(2 * entry + 2, from + 1, level)
    for (const row of rows) code.get(right[row]!).get(left[row]!).get(ways[row]![from]!).op('i8x16.relaxed_laneselect').set(results[row]!)
    return results
  }
  for (let level = 0; level < depth; level++) {
    const results = fold(0, 0, level)
    for (const row of rows) code.get(results[row]!).set(ways[row]![level]!)
  }
  for (const row of rows) {
    // The results are 0 or -1: doubling and subtracting reads them as binary digits.
    const index = code.local('v128')
    const [first, ...rest] = ways[row]!
    code.get(first!).op('i8x16.neg').set(index)
    for (const way of rest) code.get(index).get(index).op('i8x16.add').get(way).op('i8x16.sub').set(index)
    const place = LEAF_INDEX + row * LANES
    code.i32(0).get(index).access('v128.store', place)
  }
}
