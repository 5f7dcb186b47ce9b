import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DurationHistogram } from './histogram.ts'

/** Milliseconds, evenly spread over the powers of ten from 16 microseconds to 11.5 days. */
const duration = fc.integer({ min: 0, max: 1e9 }).map((part) => 0.016 * (1e9 / 0.016) ** (part / 1e9))

test('quantiles are within 3.2 % of the exact ones over many powers of ten', () => {
  fc.assert(
    fc.property(fc.array(duration, { minLength: 1, maxLength: 300 }), fc.integer({ min: 0, max: 1000 }), (durations, permille) => {
      const fraction = permille / 1000
      const exact = durations.toSorted((a, b) => a - b)
      const rank = Math.max(1, Math.ceil(fraction * durations.length))
      const quantile = of(durations).quantile(fraction)!
      // A fraction times a number may be rounded to just above a whole number, and the rank is then one higher.
      const near = [exact[rank - 1]!, exact[Math.max(0, rank - 2)]!]
      expect(near.some((value) => Math.abs(quantile - value) <= 0.032 * value)).toBe(true)
    }),
  )
})

test('below 16 microseconds a quantile is within half a microsecond', () => {
  for (let micros = 0; micros < 16; micros += 0.25)
    expect(Math.abs(of([micros / 1000]).quantile(0.5)! * 1000 - micros)).toBeLessThanOrEqual(0.5)
})

test('no quantile is above the longest duration, and the longest one is exact', () => {
  const histogram = of([1.01, 3.003, 2.2])
  expect(histogram.maxMs).toBe(3.003)
  expect(histogram.quantile(1)).toBeLessThanOrEqual(3.003)
  expect(histogram.quantile(1)).toBeGreaterThan(2.9)
})

test('nothing counted has no quantile', () => {
  expect(new DurationHistogram().quantile(0.5)).toBeNull()
})

test('durations below zero count as zero, and those beyond the range as its end', () => {
  const histogram = of([-5, 0, Number.NaN])
  expect(histogram.quantile(1)).toBe(0)
  const long = of([1e15, Number.POSITIVE_INFINITY])
  expect(long.total).toBe(2)
  expect(long.quantile(0.5)).toBeCloseTo(1e9, -8)
  expect(DurationHistogram.fromJSON(throughJson(long)).maxMs).toBe(Number.MAX_VALUE)
})

test('two histograms added up are that of all durations', () => {
  fc.assert(
    fc.property(fc.array(duration), fc.array(duration), (some, others) => {
      const sum = of(some)
      sum.add(of(others))
      const all = of([...some, ...others])
      expect(sum).toEqual(all)
    }),
  )
})

test('a histogram is the same after a journey through JSON, and empty after it is cleared', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1, max: 1e12, noNaN: true })), (durations) => {
      const histogram = of(durations)
      expect(DurationHistogram.fromJSON(throughJson(histogram))).toEqual(histogram)
      histogram.clear()
      expect(histogram).toEqual(new DurationHistogram())
    }),
  )
})

test('buckets that no histogram has are passed over', () => {
  const histogram = DurationHistogram.fromJSON({ buckets: [3, 2, 1e9, 7, -1, 7, 2.5, 7, 3, 1, 9], maxMs: 1 })
  expect([histogram.total, histogram.counts[3]]).toEqual([3, 3])
})

function of(durations: readonly number[]): DurationHistogram {
  const histogram = new DurationHistogram()
  for (const milliseconds of durations) histogram.record(milliseconds)
  return histogram
}

function throughJson(histogram: DurationHistogram): ReturnType<DurationHistogram['toJSON']> {
  return JSON.parse(JSON.stringify(histogram)) as ReturnType<DurationHistogram['toJSON']>
}
