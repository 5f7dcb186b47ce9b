import { describe, expect, it } from 'vitest'
import type { PolicySpec } from '../../core/policy-spec.ts'
import { murmur3 } from '../hash/murmur.ts'
import { RendezvousWorld } from '../testing/rendezvous-world.ts'
import { Rendezvous } from './rendezvous.ts'
import { restoreSnapshot, takeSnapshot } from './snapshot.ts'

const key = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('the arms of a policy', () => {
  const spec: PolicySpec = { answer: 'champion', shadow: [{ model: 'next', percent: 20 }], reference: ['stable'], budgetMs: 50 }

  it('that never answer are kept beside the answer, and not waited for', () => {
    const world = new RendezvousWorld({ wine: spec })
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    world.rendezvous.score({ id: '1', model: 'stable', value: 1 })
    world.rendezvous.score({ id: '1', model: 'next', value: 2 })
    expect(world.decisions).toHaveLength(0)
    world.rendezvous.score({ id: '1', model: 'champion', value: 3 })
    expect(world.last).toMatchObject({ value: 3, model: 'champion', rule: 'primary' })
    expect(world.last!.scores.map(({ model, role }) => [model, role])).toEqual([
      ['stable', 'reference'],
      ['next', 'shadow'],
      ['champion', 'answer'],
    ])
    world.rendezvous.open({ id: '2', dataType: 'wine' })
    for (const model of ['stable', 'next']) world.rendezvous.score({ id: '2', model, value: 9 })
    world.pass(50)
    expect(world.last).toMatchObject({ id: '2', value: null, rule: 'none', reason: 'deadline' })
    world.rendezvous.score({ id: '2', model: 'unheard-of', value: 9 })
    expect(world.strays).toMatchObject([{ model: 'unheard-of', why: 'not-in-policy', atMs: 50 }])
  })

  it('are asked for as the policy says: a shadow for its part of the records, the same ones again', () => {
    const asked = (): (number | undefined)[] => {
      const { rendezvous } = new RendezvousWorld({ wine: spec })
      return Array.from({ length: 2000 }, (_, i) => rendezvous.open({ id: `${i}`, dataType: 'wine', key: key(`k${i}`) }))
    }
    const once = asked()
    expect(asked()).toEqual(once)
    expect(new Set(once)).toEqual(new Set([0b101, 0b111]))
    // Five standard deviations of a binomial of 2,000 and 1/5.
    expect(Math.abs(once.filter((bits) => bits === 0b111).length - 400)).toBeLessThan(90)
  })

  it('may fall back on one another, at once where one has failed', () => {
    const split = { split: { arms: [{ percent: 100, answer: 'canary' }] } }
    const schedule = [
      { afterMs: 0, accept: [split] },
      { afterMs: 30, accept: [split, 'stable'] },
    ]
    const world = new RendezvousWorld({ wine: { answer: { rendezvous: { schedule } }, budgetMs: 50 } })
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    world.rendezvous.score({ id: '1', model: 'stable', value: 1 })
    world.pass(5)
    world.rendezvous.score({ id: '1', model: 'canary' })
    expect(world.last).toMatchObject({ value: 1, model: 'stable', rule: 'rendezvous:after-30ms', reason: 'in-time', elapsedMs: 5 })
    expect(world.last!.scores.at(-1)).toMatchObject({ model: 'canary', outcome: 'failed', value: null })
  })
})

describe('rules that combine', () => {
  const combined = (answer: PolicySpec['answer'], scores: Record<string, [value: number | string, confidence: number]>) => {
    const world = new RendezvousWorld({ wine: { answer, budgetMs: 50 } })
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    for (const [model, [value, confidence]] of Object.entries(scores)) world.rendezvous.score({ id: '1', model, value, confidence })
    world.pass(50)
    return world.last!
  }

  it('stand in for members that are missing, and lower the confidence', () => {
    const mean = { bagging: { of: ['a', 'b', 'c'], by: 'mean', weights: [1, 2, 1] } } as const
    // (1 * 1 + 2 * 4) / 3, of a weight of 3 in 4.
    expect(combined(mean, { a: [1, 1], b: [4, 1] })).toMatchObject({
      value: 3,
      confidence: 0.75,
      quorum: false,
      model: null,
      reason: 'deadline',
    })
    expect(combined(mean, { a: [1, 1], b: [4, 1], c: [5, 1] })).toMatchObject({
      value: 3.5,
      confidence: 1,
      quorum: true,
      reason: 'in-time',
    })
  })

  it('vote by weight, and end when the rest can not change it', () => {
    const vote = { bagging: { of: ['a', 'b', 'c'], by: 'vote', weights: [1, 3, 1] } } as const
    expect(combined(vote, { a: ['x', 1], c: ['x', 1] })).toMatchObject({ value: 'x', confidence: 0.4, reason: 'deadline', quorum: false })
    expect(combined(vote, { a: ['x', 1], b: ['y', 1] })).toMatchObject({
      value: 'y',
      model: 'b',
      confidence: 0.6,
      reason: 'in-time',
      elapsedMs: 0,
    })
    expect(combined({ bagging: { of: ['a', 'b'], by: 'vote' } }, { b: ['y', 1], a: ['x', 1] })).toMatchObject({ value: 'x', model: 'a' })
  })

  it('make a consensus of what finished within its time', () => {
    const schedule = [{ afterMs: 0, accept: [{ within: { ms: 20, answer: { consensus: { of: ['a', 'b', 'c'] } } } }, 'd'] }]
    const early = combined({ rendezvous: { schedule } }, { a: [1, 1], b: [2, 1] })
    expect(early).toMatchObject({ value: 1, elapsedMs: 20, reason: 'in-time', model: 'a', quorum: false })
  })

  it('learn weights with exp4', () => {
    const world = new RendezvousWorld({ wine: { answer: { bandit: { name: 'mix', by: 'exp4', of: ['a', 'b'], eta: 0.5 } } } })
    for (const [member, loss] of [0, 1].entries()) expect(world.rendezvous.learn('wine', 'mix', { member, propensity: 1, loss })).toBe(true)
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    world.rendezvous.score({ id: '1', model: 'a', value: 10 })
    world.rendezvous.score({ id: '1', model: 'b', value: 20 })
    const other = Math.exp(-0.5)
    expect(world.last!.value).toBeCloseTo((10 + 20 * other) / (1 + other), 12)
    expect(world.rendezvous.learn('wine', 'mix', { member: 7, propensity: 1, loss: 0 })).toBe(false)
    expect(world.rendezvous.learn('wine', 'other', { member: 0, propensity: 1, loss: 0 })).toBe(false)
  })
})

describe('a rendezvous', () => {
  it('answers with the last known answer of the key, also after a crash', () => {
    const world = new RendezvousWorld({ wine: { answer: 'a', budgetMs: 10, default: 'last-known' } })
    world.rendezvous.open({ id: '1', dataType: 'wine', key: key('k') })
    world.rendezvous.score({ id: '1', model: 'a', value: 'red' })
    world.crash(0)
    for (const [id, text] of [['2', 'k'], ['3', 'other'], ['4']] as const) {
      world.rendezvous.open({ id, dataType: 'wine', key: text === undefined ? undefined : key(text) })
    }
    world.pass(10)
    expect(world.decisions.slice(1).map(({ value, rule }) => [value, rule])).toEqual([
      ['red', 'default'],
      [null, 'none'],
      [null, 'none'],
    ])
  })

  it('answers at once where too many inputs wait', () => {
    const world = new RendezvousWorld({ wine: { answer: 'a', default: { value: 0 } } }, { maxOpen: 2 })
    for (const id of ['1', '2', '3']) world.rendezvous.open({ id, dataType: 'wine' })
    expect(world.decisions).toMatchObject([{ id: '3', value: 0, reason: 'overload' }])
    world.rendezvous.score({ id: '1', model: 'a', value: 1 })
    world.rendezvous.open({ id: '4', dataType: 'wine' })
    expect(world.decisions).toHaveLength(2)
  })

  it('takes values that are none for failures', () => {
    for (const value of [Number.NaN, Infinity, 'x'.repeat(1025)]) {
      const world = new RendezvousWorld({ wine: { answer: 'a', default: { value: 0 } } })
      world.rendezvous.open({ id: '1', dataType: 'wine' })
      world.rendezvous.score({ id: '1', model: 'a', value, confidence: Number.NaN })
      expect(world.last).toMatchObject({ value: 0, reason: 'nobody', scores: [{ outcome: 'failed', value: null, confidence: null }] })
    }
  })

  it('remembers and holds only so much', () => {
    const limits = { maxRemembered: 100, rememberMs: 1e9, maxHeld: 100, holdMs: 1e9 }
    const world = new RendezvousWorld({ wine: { answer: 'a' } }, limits)
    for (let i = 0; i < 10_000; i++) {
      world.rendezvous.open({ id: `${i}`, dataType: 'wine' })
      world.rendezvous.score({ id: `${i}`, model: 'a', version: `v${i}`, value: `label ${i}` })
      world.rendezvous.score({ id: `early ${i}`, model: 'a', value: 1 })
    }
    expect(world.decisions).toHaveLength(10_000)
    expect([...world.rendezvous.mailboxes.used()].length).toBeLessThanOrEqual(101)
    expect(world.rendezvous.mailboxes.labels.size).toBeLessThanOrEqual(101)
    expect(world.rendezvous.mailboxes.versionTexts.size).toBeLessThanOrEqual(101)
    expect(world.rendezvous.early.all().length).toBeLessThanOrEqual(101)
    expect(world.strays.every(({ why }) => why === 'no-input')).toBe(true)
    expect(world.strays.length).toBeGreaterThanOrEqual(9_899)
  })

  it('keeps the policy that it has when another one is refused', () => {
    const world = new RendezvousWorld({ wine: { answer: 'a' } })
    expect(() => world.rendezvous.setPolicy('wine', { answer: { consensus: { of: ['a', 'b'] } } })).toThrow(/odd number/)
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    world.rendezvous.score({ id: '1', model: 'a', value: 1 })
    expect(world.last).toMatchObject({ value: 1, epoch: 1 })
  })
})

describe('a snapshot', () => {
  it('brings back all that is known: another one of it is the same', () => {
    const world = new RendezvousWorld({ wine: { answer: { bandit: { name: 'x', by: 'exp3', of: ['a', 'b'] } }, shadow: [{ model: 's' }] } })
    world.rendezvous.learn('wine', 'x', { member: 1, propensity: 0.5, loss: 1 })
    world.rendezvous.open({ id: 'old policy', dataType: 'wine', key: Uint8Array.of(1, 200) })
    world.rendezvous.score({ id: 'old policy', model: 's', version: '3', value: 'label', confidence: 0.5 })
    world.rendezvous.setPolicy('wine', { answer: { consensus: { of: ['a', 'b', 'c'] } } })
    world.pass(5)
    world.rendezvous.setInService('wine', 'c', false)
    world.rendezvous.open({ id: 'new policy', dataType: 'wine' })
    world.rendezvous.open({ id: 'closed', dataType: 'beer' })
    world.rendezvous.score({ id: 'early', model: 'a', value: 1 })
    const before = takeSnapshot(world.rendezvous, world.wallMs)
    world.crash(0)
    expect(JSON.parse(takeSnapshot(world.rendezvous, world.wallMs))).toEqual(JSON.parse(before))
    world.rendezvous.open({ id: 'early', dataType: 'wine' })
    for (const id of ['early', 'new policy', 'closed']) world.rendezvous.score({ id, model: 'b', value: 1 })
    world.rendezvous.score({ id: 'new policy', model: 'a', value: 1 })
    expect(world.decisions.map(({ id, value }) => [id, value])).toEqual([
      ['closed', null],
      ['early', 1],
      ['new policy', 1],
    ])
  })

  it('keeps the choices that were made, of policies that make more of them and less', () => {
    const one: PolicySpec = { answer: { split: { salt: 'outer', arms: ['a', 'b'].map((answer) => ({ percent: 50, answer })) } } }
    const inner = (models: string[]) => ({ split: { salt: 'inner', arms: models.map((answer) => ({ percent: 50, answer })) } })
    const two: PolicySpec = {
      answer: {
        split: {
          salt: 'outer',
          arms: [
            ['a', 'b'],
            ['c', 'd'],
          ].map((models) => ({ percent: 50, answer: inner(models) })),
        },
      },
    }
    const world = new RendezvousWorld({ wine: one })
    const open = (prefix: string): void => {
      for (let i = 0; i < 400; i++) world.rendezvous.open({ id: `${prefix}${i}`, dataType: 'wine', key: key(`k${i}`) })
    }
    open('one ')
    world.rendezvous.setPolicy('wine', two)
    open('two ')
    world.crash(1)
    for (let i = 0; i < 400; i++) {
      for (const id of [`one ${i}`, `two ${i}`]) for (const model of ['a', 'b', 'c', 'd']) world.rendezvous.score({ id, model, value: 1 })
    }
    const half = (i: number, salt: string): number => Math.floor(murmur3(key(`k${i}`), murmur3(key(salt), 0)) / 2 ** 31)
    for (let i = 0; i < 400; i++) {
      const [first, second] = ['one', 'two'].map((prefix) => world.decisions.find(({ id }) => id === `${prefix} ${i}`)!)
      expect([first!.model, first!.propensity]).toEqual([['a', 'b'][half(i, 'outer')], 0.5])
      const members = [half(i, 'outer'), half(i, 'inner')] as const
      expect([second!.model, second!.propensity]).toEqual([['a', 'b', 'c', 'd'][members[0] * 2 + members[1]], 0.25])
      expect(second!.choices.map(({ member }) => member)).toEqual(members)
    }
    expect(new Set(world.decisions.map(({ model }) => model)).size).toBe(4)
  })

  it('that is damaged is refused', () => {
    const world = new RendezvousWorld({ wine: { answer: 'a' } })
    world.rendezvous.open({ id: '1', dataType: 'wine' })
    const text = takeSnapshot(world.rendezvous, 0)
    const restore = (snapshot: string): void => restoreSnapshot(new Rendezvous({ decided: () => {} }), snapshot, 0)
    restore(text)
    for (const [from, to] of [
      ['"spec":{"answer":"a"}', '"spec":{"answer":7}'],
      ['"spec":{"answer":"a"}', '"spec":null'],
      ['"id":"1"', '"id":1'],
      ['"budget":100000', '"budget":null'],
      ['"scores":[]', '"scores":[{"arm":5,"status":1,"value":1,"confidence":null,"version":null,"arrived":0}]'],
      ['}', ''],
    ] as const) {
      expect(text).toContain(from)
      expect(() => restore(text.replace(from, to))).toThrow(expect.objectContaining({ code: 'log.corrupt' }))
    }
  })
})
