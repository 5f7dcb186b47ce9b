import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearestQuotient } from './exact-number.ts'

const nine = fc.integer({ min: 0, max: 999_999_999 })

test('quotients are as Number reads them, or are left to it', () => {
  let left = 0
  let all = 0
  fc.assert(
    fc.property(
      fc.integer({ min: 100_000_000, max: 999_999_999 }),
      nine,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 22 }),
      (high, low, lowDigits, scale) => {
        const rest = low % 10 ** lowDigits
        const expected = Number(`${high}${String(rest).padStart(lowDigits, '0')}e-${scale}`)
        const found = nearestQuotient(high, rest, lowDigits, scale)
        all++
        if (Number.isNaN(found)) left++
        expect(Number.isNaN(found) ? expected : found).toBe(expected)
      },
    ),
    { numRuns: 5000 },
  )
  expect(left / all).toBeLessThan(0.02)
})

test('eight digits and ten more are taken, too', () => {
  const [high, low] = [fc.integer({ min: 0, max: 99_999_999 }), fc.integer({ min: 0, max: 9_999_999_999 })]
  fc.assert(
    fc.property(high, low, fc.integer({ min: 0, max: 22 }), (first, rest, scale) => {
      const expected = Number(`${first}${String(rest).padStart(10, '0')}e-${scale}`)
      const found = nearestQuotient(first, rest, 10, scale)
      expect(Number.isNaN(found) ? expected : found).toBe(expected)
    }),
    { numRuns: 5000 },
  )
})

test('texts of doubles and floats read back as they were', () => {
  const number = fc.oneof(
    fc.double({ min: 1e-5, max: 1, noNaN: true }),
    fc.float({ min: Math.fround(1e-5), max: 1, noNaN: true }),
    fc.double({ min: 1, max: 2, noNaN: true }),
  )
  fc.assert(
    fc.property(number, (value) => {
      const [whole, fraction = ''] = String(value).split('.') as [string, string?]
      const digits = (whole + fraction).replace(/^0+/, '')
      if (digits.length <= 9 || digits.length > 18 || String(value).includes('e')) return
      const found = nearestQuotient(Number(digits.slice(0, 9)), Number(digits.slice(9)), digits.length - 9, fraction.length)
      expect(Number.isNaN(found) ? value : found).toBe(value)
    }),
    { numRuns: 5000 },
  )
})

test('the middle of two doubles is left to others', () => {
  // 2^53 + 1 is one, too, but an integer: that one addition rounds to even.
  expect(nearestQuotient(900_719_925, 4_740_993, 7, 0)).toBe(2 ** 53)
  // 2^52 + 1/2, divided.
  expect(nearestQuotient(450_359_962, 73_704_965, 8, 1)).toBeNaN()
})
