import { expect, test } from 'vitest'
import { FramePool } from './frame-pool.ts'

test('buffers are large enough, and used again for what fits', () => {
  const pool = new FramePool(1 << 20)
  for (const bytes of [5, 4096, 4097, 65_536, 65_537, 16_777_216, 16_777_217]) expect(pool.take(bytes).length).toBeGreaterThanOrEqual(bytes)
  const [small, large] = [pool.take(100), pool.take(50_000)]
  pool.give(small)
  pool.give(large)
  expect(pool.take(5000)).not.toBe(large)
  expect(pool.take(60_000)).toBe(large)
  expect(pool.take(4096)).toBe(small)
  expect(pool.take(4096)).not.toBe(small)
})

test('no more is kept than was asked for', () => {
  const pool = new FramePool(10_000)
  const buffers = [pool.take(4096), pool.take(4096), pool.take(4096)]
  for (const buffer of buffers) pool.give(buffer)
  const again = [pool.take(4096), pool.take(4096), pool.take(4096)]
  expect(again.filter((buffer) => buffers.includes(buffer))).toHaveLength(2)
})
