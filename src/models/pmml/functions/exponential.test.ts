import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exp, expInPlace } from './exponential.ts'

const BITS = 240n
const ONE = 1n << BITS

/** A double as a fixed-point number, exactly. */
function exact(value: number): bigint {
  const shift = 1074 - Number(BITS)
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, Math.abs(value))
  const encoded = view.getBigUint64(0)
  const exponent = Number(encoded >> 52n)
  const digits = (encoded & ((1n << 52n) - 1n)) | (exponent === 0 ? 0n : 1n << 52n)
  const by = Math.max(exponent, 1) - 1 - shift
  const size = by >= 0 ? digits << BigInt(by) : digits >> BigInt(-by)
  return value < 0 ? -size : size
}

/** e^x for x of this size, by its series on x / 2^20, squared 20 times. */
function series(x: bigint): bigint {
  const part = x >> 20n
  let term = ONE
  let sum = ONE
  for (let n = 1n; term !== 0n; n++) {
    term = (term * part) / n / ONE
    sum += term
  }
  for (let i = 0; i < 20; i++) sum = (sum * sum) >> BITS
  return sum
}

/** How far a value is from e^x, in units of its last place. */
function errorOf(x: number, value: number): number {
  const unit = 2 ** (Math.floor(Math.log2(value)) - 52)
  return Math.abs(Number(((exact(value) - series(exact(x))) * 1_000_000n) / exact(unit))) / 1_000_000
}

describe('exp', () => {
  it('is right to 0.52 units in the last place', () => {
    const x = fc.oneof(fc.double({ min: -40, max: 40, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true }))
    fc.assert(
      fc.property(x, (value) => {
        expect(errorOf(value, exp(value))).toBeLessThanOrEqual(0.52)
      }),
      { numRuns: 2000 },
    )
  })

  it('is that of the language within two units, wherever a double has all its bits', () => {
    fc.assert(
      fc.property(fc.double({ min: -707, max: 709, noNaN: true }), (value) => {
        const other = Math.exp(value)
        expect(Math.abs(exp(value) - other)).toBeLessThanOrEqual(other * 2 ** -51)
      }),
      { numRuns: 2000 },
    )
  })

  it('keeps the ends of the range', () => {
    expect([0, -0, Infinity, -Infinity, NaN, 710, -746, 5e-324, -1e-20].map(exp)).toEqual([1, 1, Infinity, 0, NaN, Infinity, 0, 1, 1])
  })

  it('has each power of two within the last bit', () => {
    for (let k = -1000; k <= 1000; k++) expect(Math.abs(exp(k * Math.LN2) / 2 ** k - 1)).toBeLessThan(1e-13)
  })
})

it('gives the same bits for numbers of a stretch, times a factor, and leaves those around it as they are', () => {
  const numbers = [0, -0, 1e-300, 0.3, 1, 17.25, -17.25, 699.9, 700, 746, -746, 1e9, NaN, Infinity, -Infinity]
  for (const factor of [1, -0.1, 3]) {
    const values = Float64Array.from([5, ...numbers, 7])
    expInPlace(values, { from: 1, to: numbers.length + 1, factor })
    expect([...values]).toEqual([5, ...numbers.map((x) => exp(factor * x)), 7])
  }
})
