import { describe, expect, it } from 'vitest'
import { readDecision, writeDecisionText } from '../decisions/decision-text.ts'
import { resultOf } from '../decisions/replay.ts'
import type { Rendezvous } from './rendezvous.ts'
import { RendezvousWorld } from '../testing/rendezvous-world.ts'
import type { PolicySpec } from '../../core/policy-spec.ts'

const speculative: PolicySpec = {
  answer: { speculative: { smart: 'smart', fast: 'fast', afterMs: 20 } },
  budgetMs: 50,
  default: { value: -1 },
}
const consensus: PolicySpec = { answer: { consensus: { of: ['a', 'b', 'c'] } }, budgetMs: 50 }

/** The seventeen tests of the semantics (Rendezvous §8), at the decision core. */
describe('a rendezvous', () => {
  it('T1 answers with the smart model when it is in time', () => {
    const world = new RendezvousWorld({ wine: speculative })
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    world.pass(2)
    world.rendezvous.score({ id: '1', model: 'fast', version: 'v1', value: 5 })
    world.pass(10)
    world.rendezvous.score({ id: '1', model: 'smart', version: 'v7', value: 6, confidence: 0.9 })
    expect(world.decisions).toHaveLength(1)
    expect(world.last).toMatchObject({
      value: 6,
      model: 'smart',
      version: 'v7',
      rule: 'speculative:smart',
      reason: 'in-time',
      elapsedMs: 12,
    })
    expect(world.last!.scores.map(({ model, atMs }) => [model, atMs])).toEqual([
      ['fast', 2],
      ['smart', 12],
    ])
  })

  it('T2 answers with the fast model at T when the smart one is late, and keeps the late score', () => {
    const world = new RendezvousWorld({ wine: speculative })
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    world.pass(2)
    world.rendezvous.score({ id: '1', model: 'fast', value: 5 })
    world.pass(17.999)
    expect(world.decisions).toHaveLength(0)
    world.pass(0.001)
    expect(world.last).toMatchObject({ value: 5, model: 'fast', rule: 'speculative:fast', elapsedMs: 20 })
    world.pass(300)
    world.rendezvous.score({ id: '1', model: 'smart', version: 'v7', value: 6, confidence: 0.5 })
    expect(world.decisions).toHaveLength(1)
    expect(world.strays).toEqual([
      {
        id: '1',
        dataType: 'wine',
        model: 'smart',
        version: 'v7',
        role: 'answer',
        why: 'late',
        atMs: 320,
        outcome: 'scored',
        value: 6,
        confidence: 0.5,
      },
    ])
  })

  it('T3 answers with the default at the deadline when nobody has, exactly once', () => {
    const world = new RendezvousWorld({ wine: speculative })
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    world.pass(500)
    expect(world.decisions).toHaveLength(1)
    expect(world.last).toMatchObject({ value: -1, model: null, rule: 'default', reason: 'deadline', elapsedMs: 50 })
  })

  it('T4 ignores a score that it has already', () => {
    const world = new RendezvousWorld({ wine: consensus })
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    world.rendezvous.score({ id: '1', model: 'a', value: 1 })
    world.rendezvous.score({ id: '1', model: 'a', value: 1 })
    expect(world.decisions).toHaveLength(0)
    world.rendezvous.score({ id: '1', model: 'a', value: 2 })
    world.pass(50)
    expect(world.last).toMatchObject({ value: 1, quorum: false })
    expect(world.last!.scores).toHaveLength(1)
    expect(world.rendezvous.repeated).toBe(2)
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    expect(world.decisions).toHaveLength(1)
  })

  it('T5 holds a score that is there before its input', () => {
    const world = new RendezvousWorld({ wine: speculative })
    world.rendezvous.score({ id: '1', model: 'smart', value: 6 })
    world.pass(3)
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    expect(world.last).toMatchObject({ value: 6, model: 'smart', elapsedMs: 0 })
    expect(world.last!.scores[0]!.atMs).toBe(-3)
    world.rendezvous.score({ id: 'never', model: 'smart', value: 6 })
    world.pass(60_000)
    expect(world.strays).toMatchObject([{ id: 'never', why: 'no-input', dataType: null, atMs: null }])
  })

  it('T6 keeps the policy with which a mailbox was opened', () => {
    const world = new RendezvousWorld({ wine: speculative })
    world.rendezvous.open({ id: 'before', dataType: 'wine' })
    world.rendezvous.setPolicy('wine', { answer: 'fast', budgetMs: 10 })
    world.rendezvous.open({ id: 'after', dataType: 'wine' })
    for (const id of ['before', 'after']) world.rendezvous.score({ id, model: 'fast', value: 5 })
    expect(world.decisions).toMatchObject([{ id: 'after', rule: 'primary', epoch: 2, elapsedMs: 0 }])
    world.pass(100)
    expect(world.last).toMatchObject({ id: 'before', rule: 'speculative:fast', epoch: 1, elapsedMs: 20, budgetMs: 50 })
  })

  it('T7 decides at time-out among votes that do not agree, by priority and without quorum', () => {
    const world = new RendezvousWorld({ wine: consensus })
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    world.rendezvous.score({ id: '1', model: 'b', value: 'B' })
    world.rendezvous.score({ id: '1', model: 'a', value: 'A' })
    world.pass(50)
    expect(world.last).toMatchObject({
      value: 'A',
      model: 'a',
      quorum: false,
      rule: 'consensus:plurality',
      reason: 'deadline',
      elapsedMs: 50,
    })
  })

  it('T8 ends as soon as more than half agree', () => {
    const world = new RendezvousWorld({ wine: consensus })
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    world.rendezvous.score({ id: '1', model: 'c', value: 'x' })
    world.pass(4)
    world.rendezvous.score({ id: '1', model: 'b', value: 'x' })
    expect(world.last).toMatchObject({
      value: 'x',
      model: 'b',
      quorum: true,
      rule: 'consensus:majority',
      reason: 'in-time',
      elapsedMs: 4,
      confidence: 2 / 3,
    })
  })

  it('T9 answers each of 10,000 open mailboxes once after a crash, overdue ones at once', () => {
    const world = new RendezvousWorld({ wine: speculative })
    for (let i = 0; i < 10_000; i++) {
      if (i === 5000) world.pass(15)
      world.rendezvous.open({ id: `${i}`, dataType: 'wine' })
      if (i % 2 === 0) world.rendezvous.score({ id: `${i}`, model: 'fast', value: i })
    }
    expect(world.decisions).toHaveLength(0)
    world.crash(40)
    // The first half, and those of the second whose fast answer was due, were overdue when the process came back.
    expect(world.decisions).toHaveLength(7500)
    const first = world.decisions.find(({ id }) => id === '0')!
    expect(first).toMatchObject({ value: 0, model: 'fast', rule: 'speculative:fast', reason: 'recovered', elapsedMs: 55 })
    expect(world.decisions.find(({ id }) => id === '1')).toMatchObject({ value: -1, rule: 'default', reason: 'recovered' })
    expect(world.decisions.find(({ id }) => id === '9998')).toMatchObject({ value: 9998, reason: 'in-time', elapsedMs: 40 })
    world.pass(1000)
    expect(new Set(world.decisions.map(({ id }) => id)).size).toBe(10_000)
    expect(world.decisions).toHaveLength(10_000)
    expect(world.last).toMatchObject({ value: -1, reason: 'recovered', elapsedMs: 50 })
  })

  it('T10 neither waits for a decoy nor counts it', () => {
    const plain = new RendezvousWorld({ wine: consensus })
    const decoyed = new RendezvousWorld({ wine: { ...consensus, decoy: ['archive'] } })
    for (const world of [plain, decoyed]) {
      world.rendezvous.open({ id: '1', dataType: 'wine' })
      world.rendezvous.setInService('wine', 'archive', false)
      for (const model of ['a', 'b']) world.rendezvous.score({ id: '1', model, value: 1 })
    }
    expect(decoyed.decisions).toEqual(plain.decisions)
    decoyed.rendezvous.score({ id: '1', model: 'archive', value: 9 })
    expect(decoyed.strays).toMatchObject([{ model: 'archive', why: 'decoy' }])
  })

  it('T11 does not wait for a model that was removed', () => {
    const world = new RendezvousWorld({ wine: consensus })
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    world.rendezvous.score({ id: '1', model: 'a', value: 1 })
    world.rendezvous.score({ id: '1', model: 'b', value: 2 })
    world.pass(5)
    world.rendezvous.setInService('wine', 'c', false)
    expect(world.last).toMatchObject({ value: 1, quorum: false, reason: 'in-time', elapsedMs: 5, confidence: 1 / 2 })
    expect(world.last!.scores.at(-1)).toMatchObject({ model: 'c', outcome: 'removed', atMs: 5 })
    world.rendezvous.open({ id: '2', dataType: 'wine' })
    world.rendezvous.setInService('wine', 'b', false)
    world.rendezvous.score({ id: '2', model: 'a', value: 1 })
    expect(world.last).toMatchObject({ id: '2', value: 1, quorum: true, elapsedMs: 0 })
    world.rendezvous.open({ id: '3', dataType: 'wine' })
    world.rendezvous.setInService('wine', 'a', false)
    expect(world.last).toMatchObject({ id: '3', value: null, reason: 'nobody', rule: 'none', elapsedMs: 0 })
  })

  it('T12 replays decisions as they were decided, byte for byte', () => {
    const world = new RendezvousWorld({ wine: { ...consensus, default: { value: 'none of them' } } })
    const values = [1.1, -0, 1e-300, 0.1 + 0.2, 'ü\ud800"\n', '']
    for (const [i, value] of values.entries()) {
      world.rendezvous.open({ id: `${i}`, dataType: 'wine', key: Uint8Array.of(i, 255) })
      for (const model of ['a', 'b', 'c'].slice(0, i % 4)) world.rendezvous.score({ id: `${i}`, model, value, confidence: 1 / 3 })
      world.pass(1 / 3)
    }
    world.pass(100)
    expect(world.decisions).toHaveLength(values.length)
    for (const decision of world.decisions) {
      const text = writeDecisionText(decision)
      expect(writeDecisionText(readDecision(text))).toBe(text)
      expect(JSON.stringify(resultOf(readDecision(text)))).toBe(JSON.stringify(resultOf(decision)))
    }
  })

  it('T13 keeps its times when a clock steps backward', () => {
    const world = new RendezvousWorld({ wine: speculative })
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    world.pass(30)
    world.wallMs -= 3_600_000
    world.pass(19.999)
    expect(world.decisions).toHaveLength(0)
    world.pass(0.001)
    expect(world.last).toMatchObject({ reason: 'deadline', elapsedMs: 50 })
    world.rendezvous.open({ id: '2', dataType: 'wine' })
    world.pass(10)
    world.monotonicMs -= 7
    world.rendezvous.score({ id: '2', model: 'fast', value: 5 })
    world.pass(17)
    expect(world.last).toMatchObject({ id: '2', value: 5, elapsedMs: 20 })
    expect(world.last!.scores[0]!.atMs).toBe(10)
    world.rendezvous.open({ id: '3', dataType: 'wine' })
    world.pass(10)
    world.crash(-3_600_000)
    world.pass(39.999)
    expect(world.last!.id).toBe('2')
    world.pass(0.001)
    expect(world.last).toMatchObject({ id: '3', elapsedMs: 50 })
  })

  it('T14 decides at the deadline though nothing else arrives', () => {
    const world = new RendezvousWorld({ wine: speculative })
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    // What a driver does with its one timer, and nothing besides.
    while (world.decisions.length === 0) {
      world.monotonicMs = world.rendezvous.nextDueMs()!
      world.rendezvous.advance()
    }
    expect(world.last!.elapsedMs).toBe(50)
    expect(world.rendezvous.nextDueMs()).toBeUndefined()
  })

  it('T15 takes a time of 0 and less as the default', () => {
    for (const budgetMs of [0, -1]) {
      const world = new RendezvousWorld({ wine: { answer: 'a', budgetMs }, beer: { answer: 'a', budgetMs: 30 } })
      world.rendezvous.open({ id: 'policy', dataType: 'wine', budgetMs })
      world.rendezvous.open({ id: 'input', dataType: 'beer', budgetMs: budgetMs === 0 ? Number.NaN : budgetMs })
      world.rendezvous.open({ id: 'own', dataType: 'beer', budgetMs: 40 })
      world.pass(1000)
      expect(world.decisions.map(({ id, elapsedMs }) => [id, elapsedMs])).toEqual([
        ['input', 30],
        ['own', 40],
        ['policy', 100],
      ])
    }
  })

  it('T16 answers a data type without a policy at once', () => {
    const world = new RendezvousWorld({ wine: speculative })
    world.rendezvous.score({ id: '1', model: 'fast', value: 1 })
    expect(world.rendezvous.open({ id: '1', dataType: 'beer' })).toBe(0)
    expect(world.decisions).toMatchObject([
      { dataType: 'beer', policy: null, value: null, rule: 'none', reason: 'no-policy', elapsedMs: 0 },
    ])
    expect(world.strays).toMatchObject([{ id: '1', dataType: 'beer', why: 'not-in-policy' }])
  })

  it('T17 has propensities that add up to 1, and writes them on every decision', () => {
    for (const by of ['epsilon-greedy', 'thompson', 'exp3', 'exp4'] as const) {
      const world = new RendezvousWorld({ wine: { answer: { bandit: { name: 'best', by, of: ['a', 'b', 'c'], epsilon: 0.1 } } } })
      const rendezvous: Rendezvous = world.rendezvous
      for (let i = 0; i < 300; i++) {
        rendezvous.open({ id: `${i}`, dataType: 'wine' })
        for (const model of ['a', 'b', 'c']) rendezvous.score({ id: `${i}`, model, value: 1 })
        const { choices, propensity } = world.last!
        const shares = rendezvous.policies.get('wine')!.policy!.learned().get('best')!
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0)
        expect(propensity).toBe(by === 'exp4' ? 1 : shares[choices[0]!.member])
        const member = choices[0]?.member ?? i % 3
        rendezvous.learn('wine', 'best', { member, propensity, loss: member === 1 ? 0.1 : 0.8 })
      }
      const shares = rendezvous.policies.get('wine')!.policy!.learned().get('best')!
      expect(shares.indexOf(Math.max(...shares))).toBe(1)
    }
  })
})
