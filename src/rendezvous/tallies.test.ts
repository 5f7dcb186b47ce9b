import { describe, expect, it } from 'vitest'
import type { Decision, DecisionScore, StrayScore } from '../policies/decisions/decision.ts'
import { Tallies } from './tallies.ts'
import { ManualTime } from './testing/server-world.ts'

const said = (model: string, outcome: DecisionScore['outcome']): DecisionScore =>
  ({ model, version: '1', role: 'answer', atMs: 1, outcome, value: outcome === 'scored' ? 1 : null, confidence: null }) as const

function decision(more: Partial<Decision>): Decision {
  return { dataType: 'wine', reason: 'in-time', model: 'a', elapsedMs: 10, at: 77, scores: [], ...more } as Decision
}

const late = (more: Partial<StrayScore>): StrayScore => ({ id: '1', dataType: 'wine', model: 'b', why: 'late', ...more }) as StrayScore

describe('what a rendezvous server counts', () => {
  it('is why inputs were answered when they were, and what each model did', () => {
    const tallies = new Tallies(new ManualTime())
    tallies.decided(decision({ scores: [said('a', 'scored'), said('b', 'failed')] }))
    tallies.decided(decision({ reason: 'deadline', model: null, elapsedMs: 50, scores: [said('b', 'removed')] }))
    tallies.decided(decision({ dataType: 'beer', model: 'b', scores: [said('b', 'scored')] }))
    tallies.stray(late({}))
    tallies.stray(late({ model: 'c' }))
    // Not late, and of nobody knows what.
    tallies.stray(late({ why: 'decoy' }))
    tallies.stray(late({ dataType: null }))
    const wine = tallies.dataTypes.get('wine')!
    expect([wine.since, wine.answered, wine.late, Object.fromEntries(wine.reasons)]).toEqual([77, 2, 2, { 'in-time': 1, deadline: 1 }])
    expect(Object.fromEntries(wine.models)).toEqual({
      a: { chosen: 1, scored: 1, failed: 0, late: 0 },
      b: { chosen: 0, scored: 0, failed: 1, late: 1 },
      c: { chosen: 0, scored: 0, failed: 0, late: 1 },
    })
    expect([wine.elapsed.total, wine.elapsed.maxMs]).toEqual([2, 50])
    expect(tallies.dataTypes.get('beer')!.models.get('b')).toEqual({ chosen: 1, scored: 1, failed: 0, late: 0 })
  })

  it('has the answers of the last five to ten seconds by themselves', () => {
    const time = new ManualTime()
    const tallies = new Tallies(time)
    for (let i = 0; i < 40; i++) {
      time.pass(100)
      tallies.decided(decision({ elapsedMs: 90 }))
    }
    expect(tallies.lately().rate).toBeCloseTo(10, 5)
    time.pass(1500)
    tallies.decided(decision({ elapsedMs: 20 }))
    expect([tallies.lately().elapsed.total, tallies.lately().elapsed.maxMs]).toEqual([41, 90])
    time.pass(5000)
    tallies.decided(decision({ elapsedMs: 30 }))
    expect([tallies.lately().elapsed.total, tallies.lately().elapsed.maxMs]).toEqual([2, 30])
    time.pass(60_000)
    expect(tallies.lately()).toMatchObject({ rate: 0, elapsed: { total: 0 } })
  })

  it('has an end for data types, which come from records', () => {
    const tallies = new Tallies(new ManualTime())
    for (let i = 0; i < 3000; i++) tallies.decided(decision({ dataType: `type ${i}` }))
    expect(tallies.dataTypes.size).toBe(1000)
    expect(tallies.lately().elapsed.total).toBe(3000)
  })
})
