import { expect, it } from 'vitest'
import type { LiveSnapshot } from '../../src/api/contract/live.ts'
import { PageState, rateOf } from './page-state.ts'

interface Told {
  readonly at: number
  readonly rejected?: number
  readonly backlog?: number
  readonly startedAt?: number
  readonly rates?: Record<string, Record<string, number>>
}

function snapshot({ at, rejected = 0, backlog = 0, startedAt = 0, rates = {} }: Told): LiveSnapshot {
  const latency = { p50: 1, p95: 2, p99: 3, p999: 4, max: 5 }
  const models = Object.entries(rates).map(([dataType, perVersion]) => ({ dataType, versions: [], rates: perVersion }))
  const streams = [{ name: 's', input: 's', rejected, backlog, latency }]
  return { at, node: { startedAt }, streams, models, swaps: [], scores: [] } as unknown as LiveSnapshot
}

it('tells from two snapshots how fast records are rejected and the backlog grows', () => {
  const state = new PageState(0)
  state.receive(snapshot({ at: 1000, rejected: 10, backlog: 100 }))
  expect([state.rejectedRate('s'), state.inflow('s')]).toEqual([0, 0])
  state.receive(snapshot({ at: 1500, rejected: 15, backlog: 300 }))
  expect([state.rejectedRate('s'), state.inflow('s')]).toEqual([10, 400])
  state.receive(snapshot({ at: 2000, rejected: 15, backlog: 50 }))
  expect(state.inflow('s')).toBe(0)
  expect(state.rejectedRate('s')).toBeCloseTo(8)
})

it('lets the rate of rejections go down to zero, not only near it', () => {
  const state = new PageState(0)
  state.receive(snapshot({ at: 0 }))
  for (let i = 1; i < 60; i++) state.receive(snapshot({ at: i * 500, rejected: 3 }))
  expect(state.rejectedRate('s')).toBe(0)
})

it('does not take a restarted node’s counters for a rate', () => {
  const state = new PageState(0)
  state.receive(snapshot({ at: 1000, rejected: 10 }))
  state.receive(snapshot({ at: 1500, rejected: 9999, startedAt: 1200 }))
  expect(state.rejectedRate('s')).toBe(0)
})

it('keeps what it charts by version and by stream, and starts again when the clock goes back', () => {
  const state = new PageState(0)
  const rates = { wine: { 'q@1': 40, 'q@2': 2 } }
  state.receive(snapshot({ at: 1000, rates }))
  state.receive(snapshot({ at: 1500, rates }))
  expect(state.series.column('rate:wine q@2')).toEqual([2, 2])
  expect(state.series.column('p99:s')).toEqual([3, 3])
  expect(rateOf({ rates: rates.wine })).toBe(42)
  state.receive(snapshot({ at: 100, rates }))
  expect(state.series.times()).toEqual([0.1])
})

it('looks at the busiest data type at first, then stays, until that is gone', () => {
  const state = new PageState(0)
  state.receive(snapshot({ at: 1, rates: { wine: { a: 1 }, flight: { b: 9 } } }))
  expect(state.focus).toBe('flight')
  state.receive(snapshot({ at: 2, rates: { wine: { a: 99 }, flight: { b: 9 } } }))
  expect(state.focus).toBe('flight')
  state.receive(snapshot({ at: 3, rates: { wine: { a: 99 } } }))
  expect(state.focus).toBe('wine')
})
