import type { Code } from '../../../core/wasm/code.ts'
import { LANES, type LanesVariant, LEAF_INDEX, type Pointers } from './lanes-layout.ts'

/** Emits what adds the leaves of the group's trees, in their order, to the sums of one row. */
export function emitSums(
  code: Code,
  { leaves, width, targeted, singleSums }: LanesVariant,
  { leaf, target, sums }: Pointers,
  row: number,
): void {
  const address = code.local('i32')
  const totals = Array.from({ length: width }, () => code.local('f64'))
  const leafBytes = width * 8
  if (!targeted) for (const [output, total] of totals.entries()) code.load('f64.load', sums, output * 8, total)
  for (let lane = 0; lane < LANES; lane++) {
    const place = LEAF_INDEX + row * LANES + lane
    code.get(leaf).i32(0).access('i32.load8_u', place).i32(leafBytes).op('i32.mul').op('i32.add').set(address)
    const offset = lane * leaves * leafBytes
    if (targeted) {
      const entry = lane * 4
      const sum = code.local('i32')
      code.get(sums).get(target).access('i32.load', entry).op('i32.add').tee(sum)
      code.get(sum).access('f64.load').get(address).access('f64.load', offset)
      addTo(code, singleSums).access('f64.store')
      continue
    }
    for (const [output, total] of totals.entries()) {
      const value = offset + output * 8
      code.get(total).get(address).access('f64.load', value)
      addTo(code, singleSums).set(total)
    }
  }
  if (targeted) return
  for (const [output, total] of totals.entries()) {
    const value = output * 8
    code.get(sums).get(total).access('f64.store', value)
  }
}

/** Adds the two doubles on the stack, and rounds the sum to float32 where sums are of single precision. */
function addTo(code: Code, singleSums: boolean): Code {
  code.op('f64.add')
  return singleSums ? code.op('f32.demote_f64').op('f64.promote_f32') : code
}
