import { describe, expect, it } from 'vitest'
import { expandColumns, shrinkColumns } from './constant-columns.ts'

describe('columns of one constant', () => {
  it('take no room between threads, and come back as they were', () => {
    const make = () => ({
      segments: [
        { ids: new Int32Array(100).fill(-1), counts: new Float64Array(40).fill(NaN), zero: new Float64Array(50).fill(-0) },
        { ids: new Int32Array(300).fill(-1), counts: Float64Array.from({ length: 40 }, (_, i) => i), zero: new Float64Array(50) },
      ],
      short: new Uint8Array(3),
      texts: ['a', 'b'],
    })
    const plan = make()
    shrinkColumns(plan)
    expect(plan.segments[0]!.ids).not.toBeInstanceOf(Int32Array)
    expect(plan.segments[1]!.counts).toBeInstanceOf(Float64Array)
    const arrived = structuredClone(plan)
    expandColumns(arrived)
    expect(arrived).toEqual(make())
    expect(Object.is(arrived.segments[0]!.zero[7], -0)).toBe(true)
    expect(arrived.segments[0]!.ids.buffer.byteLength).toBeLessThan(3000)
  })
})
