import { Code } from '../../core/wasm/code.ts'
import { convertLong } from './long-numbers-code.ts'
import { ARGUMENTS, BLOCK, COMMA, COMMAS, WIDTH } from './number-layout.ts'
import { convertShort } from './short-numbers-code.ts'

/** How many numbers in a row are taken for long ones after one was. */
const LONG_RUN = 32

/** The module that reads numbers: its function takes its arguments from its memory, and leaves its answers there. */
export function kernelCode(): Code {
  const code = new Code()
  const [from, until, limit] = [code.local('i32'), code.local('i32'), code.local('i32')]
  for (const [name, local] of Object.entries({ from, until, limit }))
    code
      .i32(ARGUMENTS[name as keyof typeof ARGUMENTS])
      .access('i32.load')
      .set(local)
  const count = code.local('i32')
  findCommas(code, { from, until, limit, count })
  convert(code, { from, count })
  return code
}

/** Lists the addresses of commas, until `limit` or more are found, and leaves their number, but at most `limit`. */
function findCommas(code: Code, { from, until, limit, count }: Readonly<Record<'from' | 'until' | 'limit' | 'count', number>>): void {
  const [at, mask, left, to] = [code.local('i32'), code.local('i32'), code.local('i32'), code.local('i32')]
  const comma = code.local('v128')
  code.i32(COMMA).op('i8x16.splat').set(comma)
  code.get(from).set(at)
  code.repeatWhile(() => {
    for (const half of [WIDTH, 0]) {
      code.get(at).access('v128.load', half).get(comma).op('i8x16.eq').op('i8x16.bitmask')
      if (half === WIDTH) code.i32(WIDTH).op('i32.shl')
    }
    code.op('i32.or').tee(mask).op('i32.popcnt').set(left)
    code.get(count).i32(2).op('i32.shl').set(to)
    code.get(count).get(left).op('i32.add').set(count)
    // Four at a time, needed or not: how many there are can't be foreseen.
    code.repeatWhile(() => {
      for (let i = 0; i < 4; i++) {
        code
          .get(to)
          .get(mask)
          .op('i32.ctz')
          .get(at)
          .op('i32.add')
          .access('i32.store', COMMAS + 4 * i)
        code.get(mask).get(mask).i32(1).op('i32.sub').op('i32.and').set(mask)
      }
      code.advance(to, 16).advance(left, -4)
      code.get(left).i32(0).op('i32.gt_s')
    })
    code.advance(at, BLOCK)
    code.get(at).get(until).op('i32.lt_u').get(count).get(limit).op('i32.lt_u').op('i32.and')
  })
  code
    .get(limit)
    .get(count)
    .op('i32.lt_u')
    .when(() => code.get(limit).set(count))
  // Where their number is odd, one more is looked at, and not taken.
  code.get(count).i32(2).op('i32.shl').get(from).access('i32.store', COMMAS)
}

/** Converts the texts before the commas, from `start` on, as long as they are numbers that can be. */
function convert(code: Code, { from: start, count }: Readonly<Record<'from' | 'count', number>>): void {
  const [done, until, isStuck] = [code.local('i32'), code.local('i32'), code.local('i32')]
  // The first begins where the text does, each other one after the comma before.
  const restart = (): void => {
    const before = (): Code =>
      code
        .get(done)
        .i32(2)
        .op('i32.shl')
        .access('i32.load', COMMAS - 4)
    code.get(done).when(() => {
      before().i32(1).op('i32.add').set(start)
    })
    code
      .get(done)
      .op('i32.eqz')
      .when(() => code.i32(ARGUMENTS.from).access('i32.load').set(start))
  }
  code.get(count).when(() => {
    code.repeatWhile(() => {
      convertShort(code, { start, done, until: count })
      restart()
      code
        .get(done)
        .get(count)
        .op('i32.lt_u')
        .when(() => {
          code.get(done).i32(LONG_RUN).op('i32.add').set(until)
          code
            .get(count)
            .get(until)
            .op('i32.lt_u')
            .when(() => code.get(count).set(until))
          convertLong(code, { start, done, until })
          code.get(done).get(until).op('i32.lt_u').set(isStuck)
          restart()
        })
      code.get(done).get(count).op('i32.lt_u').get(isStuck).op('i32.eqz').op('i32.and')
    })
  })
  code.i32(0).get(done).access('i32.store', ARGUMENTS.count)
  code.i32(0).get(start).access('i32.store', ARGUMENTS.from)
}
