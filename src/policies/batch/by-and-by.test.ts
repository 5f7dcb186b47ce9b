import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Scores } from '../../core/scores.ts'
import { newArmCounts } from '../../core/statistics.ts'
import { readDecision, readStray } from '../decisions/decision-text.ts'
import { CompiledPolicy } from '../rules/compiled-policy.ts'
import { arbitraryPolicy, MODELS } from '../testing/arbitrary-policy.ts'
import { plainly, type Said } from '../testing/plain-rule.ts'
import { BatchDecider } from './batch-decider.ts'

const NOTHING = new Uint8Array(0)

function scoresOf(value: number, confidence: number): Scores {
  const scores = new Scores()
  const output = (name: string) => ({ name, type: 'number' }) as const
  scores.reset([output('value'), output('confidence')], 1)
  scores.values.set([value, confidence])
  return scores
}

const about = { id: '0:7', dataType: 'wine', key: undefined, versions: ['1', '2', '3', '4', '5'], at: 1, fallback: null }

it('answers a record as soon as the rules do, and never anew, as scores come by and by', () => {
  const arrival = fc.record({
    model: fc.constantFrom(...MODELS),
    atMs: fc.integer({ min: 0, max: 150 }),
    value: fc.integer({ min: 0, max: 2 }),
  })
  const arrivals = fc.uniqueArray(arrival, { selector: ({ model }) => model })
  fc.assert(
    fc.property(arbitraryPolicy, arrivals, (spec, given) => {
      const decider = new BatchDecider(new CompiledPolicy(spec))
      decider.begin(1)
      decider.plan({ row: 0, key: NOTHING, id: NOTHING })
      const said = new Map<string, Said>()
      let plain: ReturnType<typeof plainly> | undefined
      const look = (elapsedMs: number, final = false): void => {
        decider.decide(elapsedMs, final)
        const now = plainly(spec.answer, { said, elapsedMs, final })
        if (plain === undefined && now !== 'wait') plain = now
        expect(decider.undecided).toBe(plain === undefined ? 1 : 0)
      }
      for (const { model, atMs, value } of given.toSorted((a, b) => a.atMs - b.atMs)) {
        const arm = decider.policy.armOf(model)
        if (arm === undefined) continue
        decider.put({ arm, scores: scoresOf(value, 0.5), confidence: [1], arrivedMs: atMs })
        said.set(model, { value, confidence: 0.5 })
        look(atMs)
      }
      look(200, true)
      const answer = decider.chosen[0] === -2 ? undefined : decider.values[0]
      expect(answer).toBe(typeof plain === 'object' ? plain.value : undefined)
    }),
    { numRuns: 500 },
  )
})

it('says in the decision what was known by then, and keeps what came later apart', () => {
  const decider = new BatchDecider(
    new CompiledPolicy({ answer: { rendezvous: { schedule: [{ afterMs: 20, accept: ['fast'] }] } }, shadow: [{ model: 'slow' }] }),
    3,
  )
  decider.begin(1)
  decider.plan({ row: 0, key: NOTHING, id: NOTHING })
  decider.put({ arm: 0, scores: scoresOf(5, 0.5), confidence: [1], arrivedMs: 2.5 })
  expect(decider.decide(2.5, false)).toBe(false)
  expect(decider.decide(20, false)).toBe(true)
  decider.put({ arm: 1, scores: scoresOf(6, 0.5), arrivedMs: 31 })
  expect(readDecision(decider.decisionText(0, { ...about, key: new TextEncoder().encode('k') }))).toEqual({
    id: '0:7',
    dataType: 'wine',
    key: 'k',
    policy: 'rendezvous',
    epoch: 3,
    value: 5,
    model: 'fast',
    version: '1',
    rule: 'rendezvous:after-20ms',
    reason: 'in-time',
    quorum: true,
    confidence: 0.5,
    propensity: 1,
    choices: [],
    elapsedMs: 20,
    budgetMs: 100,
    at: 1,
    scores: [{ model: 'fast', version: '1', role: 'answer', atMs: 2.5, outcome: 'scored', value: 5, confidence: 0.5 }],
  })
  expect([decider.isLate(0, 0), decider.isLate(1, 0)]).toEqual([false, true])
  expect(readStray(decider.lateText(0, 1, about))).toMatchObject({
    id: '0:7',
    model: 'slow',
    version: '2',
    why: 'late',
    atMs: 31,
    value: 6,
  })
  const tally = newArmCounts()
  decider.tally(1, tally)
  expect(tally).toEqual({ scored: 1, failed: 0, late: 1, cancelled: 0, chosen: 0, compared: 1, agreed: 0 })
})

it('says that time was up, or that nobody could answer', () => {
  const decider = new BatchDecider(new CompiledPolicy({ answer: { consensus: { of: ['a', 'b', 'c'] } }, budgetMs: 50 }))
  decider.begin(3)
  for (let row = 0; row < 3; row++) decider.plan({ row, key: NOTHING, id: NOTHING })
  decider.put({ arm: 1, scores: scoresOf(5, 1), records: [0], arrivedMs: 1 })
  for (const arm of [0, 1, 2]) decider.putFailed(arm, 1)
  decider.decide(1, false)
  decider.decide(50, true)
  const decisions = [0, 1, 2].map((record) => readDecision(decider.decisionText(record, about)))
  expect(decisions.map(({ rule, reason, value, elapsedMs }) => [rule, reason, value, elapsedMs])).toEqual([
    ['consensus:plurality', 'deadline', 5, 50],
    ['none', 'nobody', null, 1],
    ['none', 'deadline', null, 50],
  ])
  expect(readDecision(decider.decisionText(2, { ...about, fallback: 'unknown' }))).toMatchObject({ rule: 'default', value: 'unknown' })
})
