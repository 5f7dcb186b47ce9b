import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ModelStatistics, type StatisticsRecord } from './statistics.ts'

const IDENTITY = { dataType: 'wine', model: 'wine@1', description: 'a tree', format: 'pmml', since: 1_700_000_000_123.25 }

test('counts records and the time per record', () => {
  const statistics = new ModelStatistics(IDENTITY)
  statistics.scored(4, 2)
  statistics.scored(1, 3)
  statistics.scored(10, 1)
  statistics.scored(0, 99)
  expect(statistics).toMatchObject({ usage: 15, duration: 6, min: 0.1, max: 3 })
})

test('counts rejections by their code', () => {
  const statistics = new ModelStatistics(IDENTITY)
  for (const code of ['a', 'b', 'a']) statistics.reject(code)
  expect(statistics.rejected).toBe(3)
  expect([...statistics.rejections]).toEqual([
    ['a', 2],
    ['b', 1],
  ])
})

const event = fc.oneof(
  fc.record({ rows: fc.integer({ min: 1, max: 5000 }), elapsedMs: fc.double({ min: 0, max: 1e6, noNaN: true }) }),
  fc.record({ code: fc.constantFrom('record.no-model', 'record.tombstone', '__proto__') }),
)

test('all numbers survive JSON to the last bit', () => {
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const statistics = of(events)
      const json = JSON.parse(JSON.stringify(statistics)) as StatisticsRecord
      const restored = ModelStatistics.fromJSON(json)
      expect(restored).toEqual(statistics)
      expect([...restored.rejections]).toEqual([...statistics.rejections])
    }),
  )
})

test('the sum of two is that of all events, whichever is added to which', () => {
  fc.assert(
    fc.property(fc.array(event), fc.array(event), (some, others) => {
      const sum = of(some)
      sum.add(of(others))
      const all = of([...some, ...others])
      expect(sum.usage).toBe(all.usage)
      expect(sum.duration).toBeCloseTo(all.duration, 3)
      expect([sum.min, sum.max, sum.rejected]).toEqual([all.min, all.max, all.rejected])
      expect(Object.fromEntries(sum.rejections)).toEqual(Object.fromEntries(all.rejections))
      expect(sum.latency).toEqual(all.latency)
    }),
  )
})

test('statistics of nothing have no shortest and longest time in JSON, and none after it', () => {
  const json = new ModelStatistics(IDENTITY).toJSON()
  expect(json).not.toHaveProperty('min')
  expect(json).not.toHaveProperty('max')
  expect(ModelStatistics.fromJSON(json)).toMatchObject({ min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY })
})

type Event = { readonly rows: number; readonly elapsedMs: number } | { readonly code: string }

function of(events: readonly Event[]): ModelStatistics {
  const statistics = new ModelStatistics(IDENTITY)
  for (const one of events) {
    if ('code' in one) statistics.reject(one.code)
    else {
      statistics.scored(one.rows, one.elapsedMs)
      statistics.latency.record(one.elapsedMs)
    }
  }
  return statistics
}
