import type { Code } from '../../core/wasm/code.ts'
import { COMMAS, CONSTANTS, DOT, LONG_MASKS, LONG_POWERS, MINUS, NUMBERS, SIGNS, SPACE, WIDTH, ZERO } from './number-layout.ts'
import { roundedQuotient } from './quotient-code.ts'
import { countGood, repeatWhileGood, type Texts } from './short-numbers-code.ts'

interface Constants {
  readonly zeros: number
  readonly highZeros: number
  readonly highNine: number
  readonly dots: number
  readonly endDots: number
  readonly tens: number
  readonly hundreds: number
  readonly noTop: number
}

/** What the code for one number leaves: its last sixteen digits as four integers, the two before, its power and sign, and what is wrong. */
interface Token {
  readonly fours: number
  readonly top: number
  readonly power: number
  readonly sign: number
  readonly wrong: number
}

/**
 * Converts numbers of up to 32 characters with up to 18 digits that count, two at a time, until one is none, or one so near to the middle of two doubles that
 * it must be looked at more closely: `nearestQuotient` of core/exact-number.ts, for two at once.
 */
export function convertLong(code: Code, { start, done, until }: Texts): void {
  const exact = code.local('i32')
  const [packed, thousands, million] = [code.local('v128'), code.local('v128'), code.local('v128')]
  code
    .i32(CONSTANTS + 3 * WIDTH)
    .access('v128.load')
    .set(thousands)
  code.f64(1e8).op('f64x2.splat').set(million)
  const constants = loadConstants(code)
  const [a, b] = [tokenLocals(code), tokenLocals(code)]
  const [high, low, power] = [code.local('v128'), code.local('v128'), code.local('v128')]
  code.repeatWhile(() => {
    convertOne(code, { start, done, at: 0, constants, token: a })
    convertOne(code, { start, done, at: 1, constants, token: b })
    code.get(a.fours).get(b.fours).op('i16x8.narrow_i32x4_s').get(thousands).op('i32x4.dot_i16x8_s').set(packed)
    code.get(a.top).op('i32x4.splat').get(b.top).op('i32x4.replace_lane 1').op('f64x2.convert_low_i32x4_s').get(million).op('f64x2.mul')
    code
      .get(packed)
      .get(packed)
      .op('i32x4.shuffle 0 2 0 2')
      .op('f64x2.convert_low_i32x4_s')
      .op('f64x2.add')
      .get(million)
      .op('f64x2.mul')
      .set(high)
    code.get(packed).get(packed).op('i32x4.shuffle 1 3 1 3').op('f64x2.convert_low_i32x4_s').set(low)
    pairOf(code, LONG_POWERS, [a.power, b.power]).set(power)
    code.get(done).i32(3).op('i32.shl')
    roundedQuotient(code, { high, low, power, exact })
    pairOf(code, SIGNS, [a.sign, b.sign]).op('f64x2.mul').access('v128.store', NUMBERS)
    repeatWhileGood(code, { done, until, a: a.wrong, b: b.wrong, good: exact })
  })
  countGood(code, { done, until, a: a.wrong, b: b.wrong, good: exact })
}

/** Two numbers of a table, at the places that are eight times these locals. */
function pairOf(code: Code, table: number, [a, b]: readonly [number, number]): Code {
  code.get(a).i32(3).op('i32.shl').access('v128.load64_splat', table)
  return code.get(b).i32(3).op('i32.shl').access('f64.load', table).op('f64x2.replace_lane 1')
}

function loadConstants(code: Code): Constants {
  const v128 = (): number => code.local('v128')
  const constants = {
    zeros: v128(),
    highZeros: v128(),
    highNine: v128(),
    dots: v128(),
    endDots: v128(),
    tens: v128(),
    hundreds: v128(),
    noTop: v128(),
  }
  for (const [local, byte] of [
    [constants.zeros, ZERO],
    [constants.highZeros, 128 - ZERO],
    [constants.highNine, 9 - 128],
    [constants.dots, DOT],
  ] as const)
    code.i32(byte).op('i8x16.splat').set(local)
  for (const [local, place] of [
    [constants.endDots, 0],
    [constants.tens, 1],
    [constants.hundreds, 2],
    [constants.noTop, 4],
  ] as const)
    code
      .i32(CONSTANTS + place * WIDTH)
      .access('v128.load')
      .set(local)
  return constants
}

function tokenLocals(code: Code): Token {
  return { fours: code.local('v128'), top: code.local('i32'), power: code.local('i32'), sign: code.local('i32'), wrong: code.local('i32') }
}

interface One {
  readonly start: number
  readonly done: number
  /** Which of the two. */
  readonly at: number
  readonly constants: Constants
  readonly token: Token
}

/** The text from `start` to its comma, after which `start` is then. It stands at the end of two vectors, as in `convertShort` of one. */
function convertOne(code: Code, { start, done, at, constants, token: { fours, top, power, sign, wrong } }: One): void {
  const i32 = (): number => code.local('i32')
  const [end, first, length, marks, whole, masks, digits] = [i32(), i32(), i32(), i32(), i32(), i32(), i32()]
  const [left, right, pairs] = [code.local('v128'), code.local('v128'), code.local('v128')]
  const firstIs = (byte: number): Code => code.get(first).access('i32.load8_u').i32(byte).op('i32.eq')
  const before = (bytes: number): Code => code.get(end).i32(bytes).op('i32.sub').access('v128.load')
  /** A bit for each byte of the two vectors. */
  const bits = (test: (vector: number, isRight: boolean) => Code): Code => {
    test(left, false).op('i8x16.bitmask')
    return test(right, true).op('i8x16.bitmask').i32(WIDTH).op('i32.shl').op('i32.or')
  }
  code
    .get(done)
    .i32(2)
    .op('i32.shl')
    .access('i32.load', COMMAS + 4 * at)
    .set(end)
  code.get(start).tee(first)
  firstIs(SPACE).op('i32.add').tee(first)
  firstIs(MINUS).tee(sign).op('i32.add').set(first)
  code.get(end).get(first).op('i32.sub').set(length)
  before(2 * WIDTH).set(left)
  before(WIDTH).set(right)
  bits((vector) => code.get(vector).get(constants.highZeros).op('i8x16.add').get(constants.highNine).op('i8x16.gt_s'))
  code.i32(-1).i32(0).get(length).op('i32.sub').op('i32.shl').op('i32.and').tee(marks).op('i32.ctz').set(power)
  // Wrong is anything but digits and one point that is not the last of them,
  code.get(marks)
  bits((vector, isRight) =>
    code
      .get(vector)
      .get(isRight ? constants.endDots : constants.dots)
      .op('i8x16.eq'),
  )
    .i32(-1)
    .op('i32.xor')
    .op('i32.and')
  code.get(marks).get(marks).i32(1).op('i32.sub').op('i32.and').op('i32.or')
  // more than 32 characters,
  code.get(length).i32(1).op('i32.sub').i32(5).op('i32.shr_u').op('i32.or')
  // no digit before the point, and more than one where the first is 0.
  code
    .get(length)
    .get(power)
    .op('i32.add')
    .i32(2 * WIDTH + 1)
    .op('i32.sub')
  code.i32(0)
  firstIs(ZERO)
    .op('i32.sub')
    .i32(-(2 ** 31))
    .op('i32.or')
    .op('i32.and')
    .op('i32.or')
    .set(wrong)
  // Where there is no point, nothing moves; else what stands before it moves up by one.
  code.get(power).i32(5).op('i32.shr_u').tee(whole).get(length).op('i32.add').i32(1).op('i32.sub').i32(63).op('i32.and').set(digits)
  code
    .get(whole)
    .i32(33)
    .op('i32.mul')
    .i32(2 * WIDTH)
    .op('i32.add')
    .get(power)
    .op('i32.sub')
    .set(masks)
  code.get(left)
  before(2 * WIDTH + 1)
    .get(masks)
    .access('v128.load', LONG_MASKS)
    .op('i8x16.relaxed_laneselect')
    .get(constants.zeros)
    .op('i8x16.sub')
  code
    .get(digits)
    .access('v128.load', LONG_MASKS + 1)
    .op('v128.and')
    .get(constants.tens)
    .op('i16x8.relaxed_dot_i8x16_i7x16_s')
    .set(pairs)
  code.get(pairs).op('i16x8.extract_lane_u 7').set(top)
  code.get(wrong).get(pairs).get(constants.noTop).op('v128.and').op('v128.any_true').op('i32.or').set(wrong)
  code.get(right)
  before(WIDTH + 1)
    .get(masks)
    .access('v128.load', LONG_MASKS + WIDTH)
    .op('i8x16.relaxed_laneselect')
    .get(constants.zeros)
    .op('i8x16.sub')
  code
    .get(digits)
    .access('v128.load', LONG_MASKS + WIDTH + 1)
    .op('v128.and')
    .get(constants.tens)
    .op('i16x8.relaxed_dot_i8x16_i7x16_s')
  code.get(constants.hundreds).op('i32x4.dot_i16x8_s').set(fours)
  code.get(end).i32(1).op('i32.add').set(start)
}
