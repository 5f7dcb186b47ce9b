import { expect, test } from 'vitest'
import { offsetOf, splitBatch } from '../core/batch.ts'
import { batchOf } from '../core/testing/batch-of.ts'
import { createSample } from './sample.ts'

const batch = batchOf(
  Array.from({ length: 20_000 }, () => 'x'),
  { from: 4_000_000_000n * 3n },
)

test('all records are taken where the fraction is 1', () => {
  expect(createSample('a', 1)(batch)).toHaveLength(20_000)
})

test.each([0.5, 0.1, 0.01])('about %d of the records are taken, whatever batch they are in', (fraction) => {
  const sample = createSample('a', fraction)
  const taken = sample(batch)
  // Five standard deviations of a binomial distribution.
  expect(Math.abs(taken.length - 20_000 * fraction)).toBeLessThan(5 * Math.sqrt(20_000 * fraction * (1 - fraction)))
  const [head, rest] = splitBatch(batch, 777)
  const offsets = [head, rest].flatMap((part) => sample(part).map((i) => offsetOf(part, i)))
  expect(offsets).toEqual(taken.map((i) => offsetOf(batch, i)))
})

test('archives of different names take different records', () => {
  const others = new Set(createSample('b', 0.1)(batch))
  const both = createSample('a', 0.1)(batch).filter((i) => others.has(i))
  expect(both.length).toBeGreaterThan(100)
  expect(both.length).toBeLessThan(300)
})
