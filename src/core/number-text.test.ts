import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { NumberText } from './number-text.ts'

test('numbers are written as ECMAScript writes them, and read back as the same double', () => {
  const text = new NumberText()
  fc.assert(
    fc.property(fc.double(), (value) => {
      const written = format(text, value)
      expect(written).toBe(Object.is(value, -0) ? '-0' : String(value))
      expect(Number(written)).toBe(value)
    }),
    { examples: [[5e-324], [-1.7976931348623157e308], [1e21], [123456789012345680000]] },
  )
})

test('numbers of few digits are written in the same way', () => {
  const text = new NumberText()
  const decimal = fc
    .tuple(fc.integer(), fc.integer({ min: 0, max: 16 }), fc.integer({ min: -2, max: 2 }))
    .map(([digits, places, ulps]) => besides(digits / 10 ** places, ulps))
  const examples = [
    1e-6,
    9.99999e-7,
    1e-9,
    0.1,
    0.3,
    1.005,
    99_999.999999999,
    100_000.00001,
    2147483647.99999,
    2147483648,
    0.1 + 0.2,
    1 / 3,
    5.6,
    -5.6,
    0.999999999,
    1.0000000001,
    12345.678,
    -2147483648,
    10,
    100,
    0.5,
    9.999999999999998,
  ]
  const same = (value: number): void => {
    expect(format(text, value)).toBe(String(value))
  }
  for (const value of examples) same(value)
  fc.assert(
    fc.property(
      decimal.filter((value) => value !== 0),
      same,
    ),
    { numRuns: 5000 },
  )
})

test('what it remembers never stands for another number: the two zeros, and NaN, are told apart', () => {
  const text = new NumberText()
  const values = [0, -0, 0, Number.NaN, Number.NaN, 0, 1.5, 1.5, -1.5, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  expect(values.map((value) => format(text, value))).toEqual('0 -0 0 NaN NaN 0 1.5 1.5 -1.5 -0 Infinity -Infinity'.split(' '))
})

test('minus zero is JSON that keeps its sign', () => {
  expect(JSON.parse(format(new NumberText(), -0))).toBe(-0)
})

function format(text: NumberText, value: number): string {
  text.format(value)
  return Buffer.from(text.bytes.subarray(0, text.length)).toString()
}

/** The double so many places after this one. */
function besides(value: number, ulps: number): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigInt64(0) + BigInt(ulps)
  view.setBigInt64(0, bits)
  const near = view.getFloat64(0)
  return Number.isFinite(near) ? near : value
}
