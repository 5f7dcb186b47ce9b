import { describe, expect, it } from 'vitest'
import { WayToLog } from './way-to-log.ts'

describe('the way to the log', () => {
  it('is what all but one of a hundred commits take at most', () => {
    const way = new WayToLog()
    for (let i = 0; i < 20_000; i++) way.measured(i % 200 === 0 ? 40 : i % 7)
    expect(way.ms).toBeGreaterThan(5.9)
    expect(way.ms).toBeLessThan(8)
  })

  it('follows what becomes slower at once, and what becomes faster by and by', () => {
    const way = new WayToLog()
    for (let i = 0; i < 30; i++) way.measured(12)
    expect(way.ms).toBe(12)
    for (let i = 0; i < 5000; i++) way.measured(3)
    expect(way.ms).toBeCloseTo(3, 1)
  })

  it('takes nothing off where nothing was measured, and at most half', () => {
    const way = new WayToLog()
    expect(way.within(50)).toBe(50)
    for (let i = 0; i < 20; i++) way.measured(10)
    expect(way.within(50)).toBe(40)
    for (let i = 0; i < 200; i++) way.measured(100)
    expect(way.within(50)).toBe(25)
  })
})
