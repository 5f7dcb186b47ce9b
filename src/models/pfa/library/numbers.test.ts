import { describe, expect, it } from 'vitest'
import { callFunction } from './testing/call-function.ts'

const int = (value: number) => ['int', value] as const
const LONG_MAX = '9223372036854775807'
const LONG_MIN = '-9223372036854775808'

/** A long of any size, parsed from text, since JSON here has doubles. */
const long = (text: string) => ({ expression: { 'parse.long': [{ string: text }, 10] } })

/** The digits of a call's result. */
function digits(name: string, args: readonly unknown[]): unknown {
  return callFunction('s.int', 'string', [
    { expression: { [name]: args.map((argument) => (argument as { expression: unknown }).expression) } },
  ])
}

describe('whole numbers', () => {
  it('overflow is an error, and longs beyond 2^53 are exact', () => {
    expect(callFunction('+', 'int', [int(2_147_483_647), int(1)])).toEqual({ error: 18_000 })
    expect(callFunction('u-', 'int', [int(-2_147_483_648)])).toEqual({ error: 18_050 })
    expect(digits('+', [long('9007199254740993'), long('2')])).toBe('9007199254740995')
    expect(digits('*', [long('3037000500'), long('3037000499')])).toBe('9223372033963249500')
    expect(digits('+', [long(LONG_MAX), long('1')])).toEqual({ error: 18_001 })
    expect(digits('u-', [long(LONG_MIN)])).toEqual({ error: 18_051 })
    expect(digits('m.abs', [long(LONG_MIN)])).toEqual({ error: 27_021 })
    expect(digits('**', [long('3'), long('39')])).toBe('4052555153018976267')
    expect(digits('**', [long('2'), long('63')])).toEqual({ error: 18_081 })
  })

  it('division truncates, % has the sign of the divisor and %% that of the dividend', () => {
    const pairs = [
      [7, 2],
      [-7, 2],
      [7, -2],
      [-7, -2],
    ] as const
    const results = (name: string) => pairs.map(([x, y]) => callFunction(name, 'int', [int(x), int(y)]))
    expect(results('//')).toEqual([3, -3, -3, 3])
    expect(results('%')).toEqual([1, 1, -1, -1])
    expect(results('%%')).toEqual([1, -1, 1, -1])
    expect(digits('//', [long(LONG_MIN), long('7')])).toBe('-1317624576693539401')
    expect(digits('%', [long(LONG_MIN), long('7')])).toBe('6')
    for (const [name, error] of [
      ['//', 18_040],
      ['%', 18_060],
      ['%%', 18_070],
    ] as const) {
      expect(callFunction(name, 'int', [int(1), int(0)])).toEqual({ error })
    }
  })

  it('bits of longs are those of two’s complement', () => {
    expect(digits('&', [long('-1'), long('1311768467463790320')])).toBe('1311768467463790320')
    expect(digits('^', [long(LONG_MAX), long('-1')])).toBe(LONG_MIN)
    expect(digits('~', [long('0')])).toBe('-1')
    expect(digits('cast.signed', [long('255'), { expression: 8 }])).toBe('-1')
    expect(digits('cast.unsigned', [long('-1'), { expression: 63 }])).toBe(LONG_MAX)
  })

  it('sums and products are judged by their last value', () => {
    const ints = (values: readonly number[]) => [{ type: 'array', items: 'int' }, values]
    expect(callFunction('a.sum', 'int', [ints([2_147_483_647, 1, -1])])).toBe(2_147_483_647)
    expect(callFunction('a.sum', 'int', [ints([2_147_483_647, 1])])).toEqual({ error: 15_400 })
    expect(callFunction('a.product', 'int', [ints([100_000, 100_000, 100_000, 100_000, 100_000, 0])])).toBe(0)
    expect(callFunction('a.product', 'int', [ints([65_536, 32_768])])).toEqual({ error: 15_410 })
  })

  it('rounding takes halves up, and m.rint to the even one', () => {
    expect([-2.5, -0.5, 0.5, 2.5].map((x) => callFunction('m.round', 'long', [x]))).toEqual([-2, 0, 1, 3])
    expect([-2.5, 0.5, 1.5, 2.5].map((x) => callFunction('m.rint', 'double', [x]))).toEqual([-2, 0, 2, 2])
    expect(callFunction('m.round', 'long', [1e19])).toEqual({ error: 27_191 })
  })
})

describe('comparison of real numbers', () => {
  const NAN = { expression: { 'm.sqrt': [-1.5] } }

  it('has NaN above all numbers, and equal to itself', () => {
    const compare = (name: string, x: unknown, y: unknown) => callFunction(name, 'boolean', [x, y])
    for (const [x, y, order] of [
      [1, 2, -1],
      [2, 1, 1],
      [2, 2, 0],
      [-0, 0, 0],
      [1, NAN, -1],
      [NAN, 1, 1],
      [NAN, NAN, 0],
    ] as const) {
      expect(callFunction('cmp', 'int', [x, y])).toBe(order)
      const answers = ['<', '<=', '>', '>=', '==', '!='].map((name) => compare(name, x, y))
      expect(answers).toEqual([order < 0, order <= 0, order > 0, order >= 0, order === 0, order !== 0])
    }
  })

  it('max of two takes the later, and min the earlier', () => {
    expect([callFunction('max', 'double', [1, NAN]), callFunction('min', 'double', [1, NAN])]).toEqual(['nan', 1])
  })
})

describe('text of numbers', () => {
  it('parse takes digits of the base, one sign, and nothing that is out of range', () => {
    const parse = (text: string, base: number) => callFunction('parse.int', 'int', [text, int(base)])
    expect([parse('-7f', 16), parse('+101', 2), parse('zz', 36), parse('0000000012', 10)]).toEqual([-127, 5, 1295, 12])
    for (const text of ['', '-', '1.0', '8', '1_0', '--1']) expect(parse(text, 8)).toEqual({ error: 33_000 })
    expect(parse('2147483648', 10)).toEqual({ error: 33_000 })
    expect(parse('1', 37)).toEqual({ error: 33_001 })
    for (const text of ['1e', '.', '0x1', '1e5e', 'infinity '])
      expect(callFunction('parse.double', 'double', [text])).toEqual({ error: 33_030 })
    expect(callFunction('parse.double', 'double', ['-.5e1'])).toBe(-5)
  })

  it('s.number writes as the standard says', () => {
    const width = (value: number | null) => [['int', 'null'], value === null ? null : { int: value }] as const
    const number = (x: number, w: number | null, p: number | null) => callFunction('s.number', 'string', [x, width(w), width(p)])
    expect([
      number(3, null, null),
      number(-0.5, 8, 2),
      number(0.5, -6, 1),
      number(1234567, null, 2),
      number(0.00001, null, null),
      number(-0, null, null),
    ]).toEqual(['3.0', '   -0.50', '0.5   ', '1.23e+06', '1.0e-05', '0.0'])
    expect(number(1, null, -1)).toEqual({ error: 39_121 })
    expect(callFunction('s.hex', 'string', [['long', 255], int(6), true])).toBe('0000ff')
    expect(callFunction('s.int', 'string', [['long', -5], int(4), true])).toBe('-005')
    expect(callFunction('s.hex', 'string', [['long', -1]])).toEqual({ error: 39_111 })
  })
})
