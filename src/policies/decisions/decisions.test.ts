import { describe, expect, it } from 'vitest'
import type { PolicySpec } from '../../core/policy-spec.ts'
import { RendezvousWorld } from '../testing/rendezvous-world.ts'
import type { Decision, StrayScore } from './decision.ts'
import { readDecision, readStray, writeDecisionText, writeStrayText } from './decision-text.ts'
import { redecide } from './replay.ts'

const speculative = (afterMs: number): PolicySpec => ({ answer: { speculative: { smart: 'smart', fast: 'fast', afterMs } }, budgetMs: 50 })

/** One input: fast after 3 ms, smart after 30. */
function logged(): { decision: Decision; late: StrayScore[] } {
  const world = new RendezvousWorld({ wine: speculative(10) })
  world.rendezvous.open({ id: '1', dataType: 'wine', key: Uint8Array.of(200) })
  world.pass(3)
  world.rendezvous.score({ id: '1', model: 'fast', version: '1', value: 'red' })
  world.pass(27)
  world.rendezvous.score({ id: '1', model: 'smart', version: '9', value: 'white', confidence: 0.75 })
  return { decision: world.last!, late: world.strays }
}

describe('decisions', () => {
  it('are the same text when they are read and written again', () => {
    const { decision, late } = logged()
    expect(readDecision(writeDecisionText(decision))).toEqual(decision)
    expect(decision.key).toBe('hex:c8')
    const stray = writeStrayText(late[0]!)
    expect(writeStrayText(readStray(stray))).toBe(stray)
  })

  it('that are damaged are refused, with what is wrong', () => {
    const text = writeDecisionText(logged().decision)
    expect(() => readDecision(text.slice(0, -1))).toThrow(expect.objectContaining({ code: 'log.corrupt' }))
    for (const [from, to, message] of [
      ['"elapsedMs":10', '"elapsedMs":"10"', 'decision.elapsedMs is "10", but must be a number'],
      ['"reason":"in-time"', '"reason":"luck"', /decision.reason is "luck", but must be one of in-time, deadline/],
      ['"rule":', '"role":', 'decision.rule is missing, but must be a text'],
      ['"scores":[', '"scores":[7,', 'decision.scores[0] is not an object'],
      ['"value":"red"', '"value":{"toString":1}', /decision.value is .* but must be a number, a text or null/],
    ] as const) {
      expect(text).toContain(from)
      expect(() => readDecision(text.replace(from, to))).toThrow(message)
    }
    expect(() => readStray('[]')).toThrow('score is not an object')
  })
})

describe('deciding again', () => {
  it('waits as long as the new policy says, and takes what was too late for the old one', () => {
    const one = logged()
    expect(one.decision).toMatchObject({ value: 'red', elapsedMs: 10 })
    const [patient] = redecide(speculative(40), [one])
    expect(patient).toMatchObject({
      id: '1',
      key: 'hex:c8',
      value: 'white',
      model: 'smart',
      version: '9',
      elapsedMs: 30,
      at: one.decision.at,
    })
    const [hasty] = redecide({ answer: 'smart', budgetMs: 5, default: { value: 'none' } }, [one])
    expect(hasty).toMatchObject({ value: 'none', reason: 'deadline', elapsedMs: 5 })
  })

  it('goes through a whole log, and keeps inputs apart', () => {
    const one = logged()
    const log = Array.from({ length: 1000 }, (_, i) => ({ ...one, decision: { ...one.decision, id: `${i % 500}` } }))
    const again = [...redecide(speculative(10), log)]
    expect(again.map(({ id }) => id)).toEqual(log.map(({ decision }) => decision.id))
    for (const decision of again) expect(decision).toEqual({ ...one.decision, id: decision.id })
  })

  it('tells what was there before an input from what came right after it', () => {
    const spec: PolicySpec = { answer: { quality: { of: ['a', 'b'], enough: 0.5 } } }
    const world = new RendezvousWorld({ wine: spec })
    const score = (id: string): void => {
      world.rendezvous.score({ id, model: 'a', value: 1, confidence: 0.5 })
      world.rendezvous.score({ id, model: 'b', value: 2, confidence: 0.9 })
    }
    score('before')
    for (const id of ['before', 'after']) world.rendezvous.open({ id, dataType: 'wine' })
    score('after')
    expect(world.decisions.map(({ id, value }) => [id, value])).toEqual([
      ['before', 2],
      ['after', 1],
    ])
    const again = [
      ...redecide(
        spec,
        world.decisions.map((decision) => ({ decision, late: world.strays.filter(({ id }) => id === decision.id) })),
      ),
    ]
    expect(again.map(({ value }) => value)).toEqual([2, 1])
  })

  it('can keep to the time that the inputs themselves had', () => {
    const world = new RendezvousWorld({ wine: { answer: 'smart', budgetMs: 50 } })
    world.rendezvous.open({ id: '1', dataType: 'wine', budgetMs: 7 })
    world.pass(60)
    const [own] = redecide({ answer: 'smart', budgetMs: 90 }, [{ decision: world.last! }], { budget: 'logged' })
    const [other] = redecide({ answer: 'smart', budgetMs: 90 }, [{ decision: world.last! }])
    expect([own!.elapsedMs, other!.elapsedMs]).toEqual([7, 90])
  })

  it('chooses the same arms by key', () => {
    const arms = [50, 50].map((percent, i) => ({ percent, answer: `m${i}` }))
    const spec: PolicySpec = { answer: { split: { arms } } }
    const world = new RendezvousWorld({ wine: spec })
    for (let i = 0; i < 200; i++) {
      world.rendezvous.open({ id: `${i}`, dataType: 'wine', key: Uint8Array.of(i) })
      for (const model of ['m0', 'm1']) world.rendezvous.score({ id: `${i}`, model, value: 1 })
    }
    const again = [
      ...redecide(
        spec,
        world.decisions.map((decision) => ({ decision })),
      ),
    ]
    expect(again.map(({ model }) => model)).toEqual(world.decisions.map(({ model }) => model))
    expect(new Set(again.map(({ model }) => model)).size).toBe(2)
  })
})

describe('a decision whose models took longer than they had, since they answer at once', () => {
  it('is decided again in the same way with the time that it took', () => {
    const one = logged()
    const scores = [{ ...one.decision.scores[0]!, atMs: 2 }]
    const decision: Decision = { ...one.decision, budgetMs: 1, elapsedMs: 2.5, reason: 'deadline', scores }
    const spec: PolicySpec = { answer: { speculative: { smart: 'smart', fast: 'fast', afterMs: 0.5 } }, budgetMs: 1 }
    expect([...redecide(spec, [{ decision }], { budget: 'logged' })]).toMatchObject([{ value: 'red', model: 'fast' }])
    expect([...redecide(spec, [{ decision }])]).toMatchObject([{ value: null, model: null }])
  })
})
