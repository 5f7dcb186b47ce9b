import type { Code } from '../../../core/wasm/code.ts'
import { HEADER, LANES, type LanesVariant, LEAF_INDEX, type Pointers } from './lanes-layout.ts'

/** As `emitFold`, for the masks way. The splits that strike out leaves of a stretch of 8 follow each other, stretch after stretch. */
export function emitMasks(code: Code, { leaves, blocks }: LanesVariant, { split, ranks }: Pointers, count: number): void {
  const rows = Array.from({ length: count }, (_, row) => row)
  const vectors = (length: number): number[] => Array.from({ length }, () => code.local('v128'))
  const rankVectors = rows.map(() => vectors(blocks))
  const [struck, first, stretch] = [vectors(count), vectors(count), vectors(count)]
  const columns = vectors(blocks)
  const [threshold, mask, zero] = [code.local('v128'), code.local('v128'), code.local('v128')]
  const [at, end, stretches] = [code.local('i32'), code.local('i32'), code.local('i32')]
  const stretchCount = leaves / 8

  code.i32(0).op('i8x16.splat').set(zero)
  for (const row of rows) {
    code.get(zero).set(first[row]!).get(zero).set(stretch[row]!)
    for (const [block, vector] of rankVectors[row]!.entries()) code.load('v128.load', ranks, (row * blocks + block) * LANES, vector)
  }
  code.get(split).set(at).i32(stretchCount).set(stretches)
  code.repeatWhile(() => {
    for (const row of rows) code.get(zero).set(struck[row]!)
    code.get(at).i32(0).access('i32.load', HEADER.stretchBytes).op('i32.add').set(end)
    code.repeatWhile(() => {
      for (const [block, column] of columns.entries()) code.load('v128.load', at, block * LANES, column)
      code.load('v128.load', at, blocks * LANES, threshold)
      code.load('v128.load', at, (blocks + 1) * LANES, mask)
      for (const row of rows) {
        code.get(struck[row]!)
        for (const [block, column] of columns.entries()) {
          code.get(rankVectors[row]![block]!).get(column).op('i8x16.relaxed_swizzle')
          if (block > 0) code.op('v128.or')
        }
        code.get(threshold).op('i8x16.gt_s').get(mask).op('v128.and').op('v128.or').set(struck[row]!)
      }
      code.advance(at, (blocks + 2) * LANES)
      code.get(at).get(end).op('i32.lt_u')
    })
    for (const row of rows) {
      // The first stretch with a leaf left over stays in `first`; `stretch` counts those before it.
      code.get(first[row]!).get(struck[row]!).op('v128.not').get(first[row]!).get(zero).op('i8x16.eq').op('v128.and')
      code.op('v128.or').set(first[row]!)
      code.get(stretch[row]!).get(first[row]!).get(zero).op('i8x16.eq').op('i8x16.sub').set(stretch[row]!)
    }
    code.advance(stretches, -1)
    code.get(stretches)
  })
  for (const row of rows) {
    const place = LEAF_INDEX + row * LANES
    // The index of the lowest bit is the number of ones below it.
    code.i32(0).get(first[row]!).get(first[row]!).op('i8x16.neg').op('v128.and').i32(1).op('i8x16.splat').op('i8x16.sub')
    code.op('i8x16.popcnt').get(stretch[row]!).i32(3).op('i8x16.shl').op('i8x16.add').access('v128.store', place)
  }
}
