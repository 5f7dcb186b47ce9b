import { describe, expect, it } from 'vitest'
import type { PolicySpec, RuleSpec } from '../../core/policy-spec.ts'
import { CompiledPolicy } from '../rules/compiled-policy.ts'
import { checkPolicy, policyProblems } from './check-policy.ts'

const wrong = (answer: RuleSpec, rest: Partial<PolicySpec> = {}): string[] =>
  policyProblems({ answer, budgetMs: 50, ...rest }).map(({ path, message }) => `${path} ${message}`)

describe('a policy that can not be used is refused with what would be right:', () => {
  it('a consensus that can tie', () => {
    expect(wrong({ consensus: { of: ['a', 'b'] } })).toEqual([
      'answer.consensus.of has 2 members, which can tie; it must have an odd number of them, such as 1 or 3',
    ])
    expect(wrong({ consensus: { of: ['a', 'b', 'c'] } })).toEqual([])
  })

  it('a member that counts twice', () => {
    expect(wrong({ quality: { of: ['a', { primary: 'a' }] } })).toEqual([
      'answer.quality.of[1] is a, which is there already; each member must be another one',
    ])
  })

  it('percentages that are not 100 together', () => {
    const arms = (...percents: number[]) => ({ split: { arms: percents.map((percent, i) => ({ percent, answer: `m${i}` })) } })
    expect(wrong(arms(90, 5))).toEqual([
      'answer.split.arms has percentages that add up to 95, but must add up to 100; with 10 for the last arm they are',
    ])
    expect(wrong(arms(90, -5))).toEqual(['answer.split.arms[1].percent is -5, but must be from 0 to 100'])
    expect(wrong(arms(33.3, 33.3, 33.4))).toEqual([])
    expect(wrong(arms(0.1, 0.2, 99.7))).toEqual([])
    expect(wrong(arms(Number.NaN, 100))).toHaveLength(1)
  })

  it('a time T outside of T2 to T1, where those are measured, and outside of the budget', () => {
    const speculative = (afterMs: number): RuleSpec => ({ speculative: { smart: 'smart', fast: 'fast', afterMs } })
    const latencyMs = (model: string) => (model === 'smart' ? 30 : 4)
    const check = (afterMs: number) =>
      policyProblems({ answer: speculative(afterMs), budgetMs: 50 }, { latencyMs }).map(({ message }) => message)
    expect(check(4)[0]).toMatch(/is 4, when fast has no answer yet; it must be more than 4 ms \(fast takes that long\) and less than 30 ms/)
    expect(check(30)[0]).toMatch(/is 30, when smart has always answered; it must be more than 4 ms .* or the policy must be primary: smart/)
    expect(check(29)).toEqual([])
    const alike = () => policyProblems({ answer: speculative(20) }, { latencyMs: () => 5 })[0]!.message
    expect(alike()).toMatch(
      /is 20, when smart has always answered; no time is right, since smart \(5 ms\) takes no longer than fast \(5 ms\), or/,
    )
    expect(wrong(speculative(50))).toEqual(['answer.speculative.afterMs is 50, but must be more than 0 and less than the budget of 50 ms'])
    expect(wrong(speculative(100), { budgetMs: 0 })[0]).toMatch(/less than the budget of 100 ms/)
  })

  it('a schedule that can not answer', () => {
    expect(wrong({ rendezvous: { schedule: [] } })[0]).toMatch(/is empty, so it can never answer; it must have a step/)
    expect(wrong({ rendezvous: { schedule: [{ afterMs: 0, accept: [] }] } })[0]).toMatch(/accept is empty, so the step can never answer/)
    expect(wrong({ rendezvous: { schedule: [{ afterMs: 50, accept: ['a'] }] } })).toEqual([
      'answer.rendezvous.schedule[0].afterMs is 50, so the step never comes; it must be from 0 to less than the budget of 50 ms',
    ])
    const steps = [10, 10].map((afterMs) => ({ afterMs, accept: ['a'] }))
    expect(wrong({ rendezvous: { schedule: steps } })).toEqual([
      'answer.rendezvous.schedule[1].afterMs is 10, but must be more than the 10 of the step before it',
    ])
  })

  it('a model that there is not', () => {
    const problems = policyProblems({ answer: 'champon', shadow: [{ model: 'next' }], decoy: ['archive'] }, { names: ['champion', 'next'] })
    expect(problems).toEqual([
      { path: 'answer', message: "names model 'champon', but must name one of those that there are: champion, next" },
    ])
  })

  it('a model that answers and does not', () => {
    expect(wrong('a', { shadow: [{ model: 'a' }] })).toEqual([
      "shadow[0].model is 'a', which is answer already; a shadow must be another model",
    ])
    expect(wrong('a', { reference: ['b'], decoy: ['b'] })).toEqual([
      "decoy[0] is 'b', which is reference already; a decoy must be another model",
    ])
    expect(wrong('a', { shadow: [{ model: 'b', percent: 0 }] })[0]).toMatch(/is 0, but must be more than 0 and at most 100/)
  })

  it('a cache of no size, or of a model that the policy does not have', () => {
    expect(wrong('a', { cache: { entries: 10 } })).toEqual([])
    for (const entries of [0, 1.5, -1, 1e9, Number.NaN])
      expect(wrong('a', { cache: { entries } })).toEqual([`cache.entries is ${entries}, but must be a whole number from 1 to 10000000`])
    expect(wrong('a', { shadow: [{ model: 'b' }], cache: { entries: 1, of: ['b', 'c'] } })).toEqual([
      "cache.of[1] is 'c', but must be one of the policy's models: a, b",
    ])
    expect(wrong('a', { cache: { entries: 1, of: [] } })[0]).toMatch(/leave it out for all models/)
  })

  it('weights, confidences and bandits out of range', () => {
    expect(wrong({ bagging: { of: ['a', 'b'], by: 'mean', weights: [1] } })[0]).toMatch(
      /has 1 weights, but must have one for each of the 2 members/,
    )
    expect(wrong({ bagging: { of: ['a', 'b'], by: 'mean', weights: [0, 0] } })[0]).toMatch(/has only zeros/)
    expect(wrong({ bagging: { of: ['a', 'b'], by: 'mean', weights: [1, Infinity] } })[0]).toMatch(/must be 0 or more/)
    expect(wrong({ cascade: { stages: ['a'], enough: 90 } })[0]).toMatch(/is 90, but must be a confidence from 0 to 1/)
    expect(wrong({ bandit: { name: 'x', by: 'epsilon-greedy', of: ['a', 'b'] } })[0]).toMatch(/epsilon is missing; it must be from 0 to 1/)
    expect(wrong({ bandit: { name: 'x', by: 'exp3', of: ['a', 'b'], eta: 0 } })[0]).toMatch(/must be more than 0/)
    const twice = ['a', 'b'].map((of): RuleSpec => ({ bandit: { name: 'x', by: 'exp3', of: [of] } }))
    expect(wrong({ quality: { of: twice } })[0]).toMatch(/is 'x', as another bandit's is/)
  })

  it('too much of it', () => {
    let deep: RuleSpec = 'a'
    for (let i = 0; i < 1000; i++) deep = { within: { ms: 10, answer: deep } }
    expect(wrong(deep)).toEqual(['answer has rules more than 8 deep; it must be flatter'])
    expect(wrong({ quality: { of: Array.from({ length: 33 }, (_, i) => `m${i}`) } })[0]).toMatch(/takes 33 models/)
    expect(wrong('a', { budgetMs: 1e9 })[0]).toMatch(/is 1000000000, but must be at most 86400000/)
  })

  it('with all of it in one error', () => {
    const spec: PolicySpec = { name: 'wine', answer: { consensus: { of: ['a', 'a'] } } }
    expect(() => checkPolicy(spec)).toThrow(
      /policy 'wine' can't be used: answer.consensus.of\[1\] is a.*; answer.consensus.of has 2 members/,
    )
    expect(() => new CompiledPolicy(spec)).toThrow(expect.objectContaining({ code: 'policy.invalid', scope: 'service' }))
  })
})
