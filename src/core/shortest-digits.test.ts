import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ShortestDigits } from './shortest-digits.ts'

const digits = new ShortestDigits()

/** What was found, as the engine writes the same number; undefined where nothing was. */
function found(value: number): string | undefined {
  if (!digits.find(value)) return undefined
  const all = BigInt(digits.high) * 1_000_000_000n + BigInt(digits.low)
  return String(Number(`${all}e-${digits.places}`))
}

/** The significant digits of a number's shortest text. */
function significant(text: string): string {
  return text.replace(/e.*$/, '').replace('.', '').replace(/^0+/, '').replace(/0+$/, '')
}

test('the digits are those that the engine finds, and read back as the same double', () => {
  let count = 0
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e15, noNaN: true }), (value) => {
      const text = found(value)
      if (text === undefined) return
      count++
      expect(text).toBe(String(value))
      expect(significant(`${digits.high}${String(digits.low).padStart(9, '0')}`)).toBe(significant(String(value)))
    }),
    { numRuns: 20_000 },
  )
  expect(count).toBeGreaterThan(15_000)
})

test('neighbours of decimals of any length, and of powers of two, are told apart', () => {
  const step = fc.integer({ min: -3, max: 3 })
  const decimal = fc.tuple(fc.integer({ min: 1, max: 2 ** 53 - 1 }), fc.nat(22)).map(([whole, places]) => whole / 10 ** places)
  const power = fc.integer({ min: -20, max: 49 }).map((exponent) => 2 ** exponent)
  fc.assert(
    fc.property(fc.oneof(decimal, power), step, (near, ulps) => {
      const value = besides(near, ulps)
      const text = found(value)
      if (text === undefined) return
      expect(text).toBe(String(value))
      expect(significant(`${digits.high}${String(digits.low).padStart(9, '0')}`)).toBe(significant(String(value)))
    }),
    { numRuns: 20_000 },
  )
})

test('what is out of range is left to the engine', () => {
  for (const value of [0, -1, 9.9e-7, 1e15, 1e300, 5e-324, Number.NaN, Infinity, 0.5, 1024]) expect(digits.find(value)).toBe(false)
})

/** The double so many places after this one. */
function besides(value: number, ulps: number): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(ulps))
  return view.getFloat64(0)
}
