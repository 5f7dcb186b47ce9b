import type { Code } from '../../../core/wasm/code.ts'
import { COLUMN_BYTES, HEADER, LANES, type LanesVariant } from './lanes-layout.ts'

/** Emits the pass that writes the ranks of every row: a branchless binary search per column. */
export function emitRanks(code: Code, { blocks, steps }: LanesVariant): void {
  const row = code.local('i32')
  const cells = code.local('i32')
  const ranks = code.local('i32')
  const column = code.local('i32')
  const place = code.local('i32')
  const start = code.local('i32')
  const at = code.local('i32')
  const cell = code.local('f64')
  const header = (name: keyof typeof HEADER): Code => code.i32(0).access('i32.load', HEADER[name])
  header('rows').set(row)
  header('cells').set(cells)
  header('ranks').set(ranks)
  code.repeatWhile(() => {
    code.get(ranks).set(place)
    header('columns').set(column)
    code.repeatWhile(() => {
      code.get(cells).get(column).access('i32.load').op('i32.add').access('f64.load').set(cell)
      code.get(column).access('i32.load', 4).tee(start).set(at)
      for (let step = steps - 1; step >= 0; step--) {
        const middle = (2 ** step - 1) * 8
        const shift = step + 3
        code.get(at).get(at).access('f64.load', middle).get(cell).op('f64.lt')
        code.i32(shift).op('i32.shl').op('i32.add').set(at)
      }
      code.get(place).get(at).get(start).op('i32.sub').i32(3).op('i32.shr_u')
      code.i32(0).get(cell).get(cell).op('f64.ne').op('i32.sub').get(column).access('i32.load', 8).op('i32.and')
      // Bytes are compared as signed: there is one instruction for that, and three for unsigned ones.
      code.op('i32.or').i32(128).op('i32.xor').access('i32.store8')
      code.advance(place, 1)
      code.get(column).i32(COLUMN_BYTES).op('i32.add').tee(column)
      header('columnsEnd').op('i32.lt_u')
    })
    code.advance(ranks, blocks * LANES)
    code.get(cells)
    header('cellStride').op('i32.add').set(cells)
    code.get(row).i32(1).op('i32.sub').tee(row)
  })
}
