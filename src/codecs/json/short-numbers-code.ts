import type { Code } from '../../core/wasm/code.ts'
import { COMMAS, CONSTANTS, MINUS, NUMBERS, POWERS, SHUFFLES, SPACE, TOKEN_MASKS, WIDTH, ZERO } from './number-layout.ts'

interface Constants {
  readonly zeros: number
  readonly highZeros: number
  readonly highNine: number
  readonly dots: number
  readonly tens: number
  readonly hundreds: number
}

/** What the code for one number leaves: its sixteen digits as four integers, what it is to be divided by, and what is not 0 where it is no plain number. */
interface Token {
  readonly fours: number
  readonly power: number
  readonly wrong: number
}

/** Where the texts to convert are, as locals: the address of the first, how many are done and how many will be. */
export interface Texts {
  readonly start: number
  readonly done: number
  readonly until: number
}

/** Converts numbers of up to 16 characters, two at a time, until one is none; `start` then means nothing. */
export function convertShort(code: Code, { start, done, until }: Texts): void {
  const small = code.local('i32')
  const [mantissas, thousands, million, limit] = [code.local('v128'), code.local('v128'), code.local('v128'), code.local('v128')]
  code
    .i32(CONSTANTS + 3 * WIDTH)
    .access('v128.load')
    .set(thousands)
  code.f64(1e8).op('f64x2.splat').set(million)
  code
    .f64(2 ** 53)
    .op('f64x2.splat')
    .set(limit)
  const constants = loadConstants(code)
  const a = tokenLocals(code)
  const b = tokenLocals(code)
  code.repeatWhile(() => {
    convertOne(code, { start, done, at: 0, constants, token: a })
    convertOne(code, { start, done, at: 1, constants, token: b })
    code.get(a.fours).get(b.fours).op('i16x8.narrow_i32x4_s').get(thousands).op('i32x4.dot_i16x8_s').tee(mantissas)
    code.get(mantissas).op('i32x4.shuffle 0 2 0 2').op('f64x2.convert_low_i32x4_s').get(million).op('f64x2.mul')
    code.get(mantissas).get(mantissas).op('i32x4.shuffle 1 3 1 3').op('f64x2.convert_low_i32x4_s').op('f64x2.add').set(mantissas)
    code.get(done).i32(3).op('i32.shl').get(mantissas)
    code.get(a.power).access('v128.load64_splat', POWERS).get(b.power).access('f64.load', POWERS).op('f64x2.replace_lane 1')
    code.op('f64x2.div').access('v128.store', NUMBERS)
    code.get(mantissas).get(limit).op('f64x2.lt').op('i64x2.bitmask').set(small)
    repeatWhileGood(code, { done, until, a: a.wrong, b: b.wrong, good: small })
  })
  countGood(code, { done, until, a: a.wrong, b: b.wrong, good: small })
}

/** Two numbers: where what is not 0 is wrong with them, and a bit for each that is good otherwise. */
interface Pair {
  readonly done: number
  readonly until: number
  readonly a: number
  readonly b: number
  readonly good: number
}

/** Counts two numbers and leaves whether there are more, and these were some. */
export function repeatWhileGood(code: Code, { done, until, a, b, good }: Pair): void {
  code.advance(done, 2)
  // The next numbers must not wait for whether these are some: that is foreseen.
  code.get(a).get(b).op('i32.or').op('i32.eqz').get(good).i32(3).op('i32.eq').op('i32.and')
  code.get(done).get(until).op('i32.lt_u').op('i32.and')
}

/** Takes from the count those of the last two that were none, or one too many. */
export function countGood(code: Code, { done, until, a, b, good }: Pair): void {
  code.get(b).op('i32.eqz').get(good).i32(1).op('i32.shr_u').op('i32.and').i32(1).op('i32.add')
  code.get(a).op('i32.eqz').get(good).op('i32.and').op('i32.mul')
  code.get(done).i32(2).op('i32.sub').op('i32.add').set(done)
  code
    .get(until)
    .get(done)
    .op('i32.lt_u')
    .when(() => code.get(until).set(done))
}

function loadConstants(code: Code): Constants {
  const v128 = (): number => code.local('v128')
  const constants = { zeros: v128(), highZeros: v128(), highNine: v128(), dots: v128(), tens: v128(), hundreds: v128() }
  code.i32(ZERO).op('i8x16.splat').set(constants.zeros)
  code
    .i32(128 - ZERO)
    .op('i8x16.splat')
    .set(constants.highZeros)
  code
    .i32(9 - 128)
    .op('i8x16.splat')
    .set(constants.highNine)
  for (const [i, local] of [constants.dots, constants.tens, constants.hundreds].entries())
    code
      .i32(CONSTANTS + i * WIDTH)
      .access('v128.load')
      .set(local)
  return constants
}

function tokenLocals(code: Code): Token {
  return { fours: code.local('v128'), power: code.local('i32'), wrong: code.local('i32') }
}

interface One {
  readonly start: number
  readonly done: number
  /** Which of the two. */
  readonly at: number
  readonly constants: Constants
  readonly token: Token
}

/** The text from `start` to its comma, after which `start` is then. */
function convertOne(code: Code, { start, done, at, constants, token: { fours, power, wrong } }: One): void {
  const i32 = (): number => code.local('i32')
  const [end, sign, first, length, marks, dot] = [i32(), i32(), i32(), i32(), i32(), i32()]
  const text = code.local('v128')
  const firstIs = (byte: number): Code => code.get(first).access('i32.load8_u').i32(byte).op('i32.eq')
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
  // The text stands at the end of the vector, after what is not of it. Its bits where it has no digit:
  code.get(end).i32(WIDTH).op('i32.sub').access('v128.load').tee(text)
  code.get(constants.highZeros).op('i8x16.add').get(constants.highNine).op('i8x16.gt_s').op('i8x16.bitmask')
  code.i32(-0x10000).get(length).op('i32.shr_u').op('i32.and').tee(marks).i32(0x10000).op('i32.or').op('i32.ctz').set(dot)
  // Only the digits, without the point; then pairs of them, then fours.
  code.get(text).get(constants.zeros).op('i8x16.sub').get(length).i32(31).op('i32.and').access('v128.load', TOKEN_MASKS).op('v128.and')
  code.get(dot).i32(4).op('i32.shl').access('v128.load', SHUFFLES).op('i8x16.relaxed_swizzle')
  code.get(constants.tens).op('i16x8.relaxed_dot_i8x16_i7x16_s').get(constants.hundreds).op('i32x4.dot_i16x8_s').set(fours)
  code.get(sign).i32(5).op('i32.shl').get(dot).op('i32.add').i32(3).op('i32.shl').set(power)
  // Wrong is anything but digits and one point that is not the last of them,
  code.get(marks).get(text).get(constants.dots).op('i8x16.eq').op('i8x16.bitmask').i32(0xffff).op('i32.xor').op('i32.and')
  code.get(marks).get(marks).i32(1).op('i32.sub').op('i32.and').op('i32.or')
  // more than 16 characters,
  code.get(length).i32(15).op('i32.add').i32(5).op('i32.shr_u').op('i32.or')
  // no digit before the point, and more than one where the first is 0.
  code
    .get(length)
    .get(dot)
    .op('i32.add')
    .i32(WIDTH + 1)
    .op('i32.sub')
  code.i32(0)
  firstIs(ZERO)
    .op('i32.sub')
    .i32(-(2 ** 31))
    .op('i32.or')
    .op('i32.and')
    .op('i32.or')
    .set(wrong)
  code.get(end).i32(1).op('i32.add').set(start)
}
