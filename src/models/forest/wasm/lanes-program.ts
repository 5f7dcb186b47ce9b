import { Code } from '../../../core/wasm/code.ts'
import { compile, type Program } from '../../../core/wasm/engine.ts'
import { emitFold } from './fold-code.ts'
import { HEADER, LANES, type LanesVariant } from './lanes-layout.ts'
import { emitMasks } from './masks-code.ts'
import { encodeModule } from '../../../core/wasm/module.ts'
import { emitRanks } from './ranks-code.ts'
import { emitSums } from './sums-code.ts'

const programs = new Map<string, Program | undefined>()

/** The compiled module of a variant, from the first call on; undefined where this machine lacks vector instructions. */
export function lanesProgram(variant: LanesVariant): Program | undefined {
  const { way, leaves, blocks, steps, width, targeted, singleSums } = variant
  const key = [way, leaves, blocks, steps, width, targeted, singleSums].join()
  if (!programs.has(key)) programs.set(key, compile(encodeLanesModule(variant)))
  return programs.get(key)
}

/**
 * The module scores `rows` rows in two passes. The first turns each cell into its rank: how many thresholds of its column are below.
 * The second takes 16 trees at a time, one per byte lane, and the rows in pairs: it compares the trees' splits with the row's ranks,
 * which the table lookup of `swizzle` brings to the lanes, finds the leaves, and adds their values in the order of the trees.
 */
function encodeLanesModule(variant: LanesVariant): Uint8Array {
  const code = new Code()
  emitRanks(code, variant)
  emitGroups(code, variant)
  return encodeModule(code)
}

function emitGroups(code: Code, variant: LanesVariant): void {
  const row = code.local('i32')
  const sumStride = code.local('i32')
  const [split, leaf, target] = [code.local('i32'), code.local('i32'), code.local('i32')]
  const [ranks, sums] = [code.local('i32'), code.local('i32')]
  const pointers = { split, leaf, target, ranks, sums }
  const header = (name: keyof typeof HEADER): Code => code.i32(0).access('i32.load', HEADER[name])
  const scoreRows = (count: number): void => {
    if (variant.way === 'fold') emitFold(code, variant, pointers, count)
    else emitMasks(code, variant, pointers, count)
    for (let at = 0; at < count; at++) {
      emitSums(code, variant, pointers, at)
      code.get(sums).get(sumStride).op('i32.add').set(sums)
    }
    code.advance(ranks, count * variant.blocks * LANES)
  }
  const repeatRows = (count: number): void => {
    code.when(() => {
      code.repeatWhile(() => {
        scoreRows(count)
        code.advance(row, -1)
        code.get(row)
      })
    })
  }
  // Two rows share the reading of the splits; with more vectors than the machine has registers for both, one at a time is faster.
  const inPairs = variant.way === 'fold' || variant.blocks < 4
  header('splits').set(split)
  header('leaves').set(leaf)
  header('targets').set(target)
  header('sumStride').set(sumStride)
  code.repeatWhile(() => {
    header('ranks').set(ranks)
    header('sums').set(sums)
    if (inPairs) {
      header('rows').i32(1).op('i32.shr_u').tee(row)
      repeatRows(2)
      header('rows').i32(1).op('i32.and')
      code.when(() => scoreRows(1))
    } else {
      header('rows').tee(row)
      repeatRows(1)
    }
    code.advance(leaf, LANES * variant.leaves * variant.width * 8)
    code.advance(target, LANES * 4)
    code.get(split)
    header('groupBytes').op('i32.add').tee(split)
    header('splitsEnd').op('i32.lt_u')
  })
}
