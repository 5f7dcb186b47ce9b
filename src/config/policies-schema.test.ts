import { describe, expect, it } from 'vitest'
import type { PolicySpec } from '../core/policy-spec.ts'
import { policySchema } from './policies-schema.ts'

const everything: PolicySpec = {
  name: 'all of it',
  answer: {
    rendezvous: {
      schedule: [
        { afterMs: 0, accept: [{ speculative: { smart: 'a', fast: { primary: 'b' }, afterMs: 5 } }] },
        { afterMs: 20, accept: [{ within: { ms: 30, answer: { consensus: { of: ['a', 'b', 'c'] } } } }] },
        {
          afterMs: 40,
          accept: [{ split: { salt: 's', arms: [{ percent: 100, answer: 'd' }] } }, { quality: { of: ['a', 'b'], enough: 0.9 } }],
        },
        { afterMs: 50, accept: [{ bagging: { of: ['a', 'b'], by: 'mean', weights: [1, 2] } }, { cascade: { stages: ['a', 'b'] } }] },
      ],
      atDeadline: [{ bandit: { name: 'x', by: 'exp4', of: ['a', 'b'], eta: 0.1, combine: 'vote' } }],
    },
  },
  budgetMs: 60,
  default: { value: 'nobody' },
  shadow: [{ model: 's', percent: 10 }],
  reference: ['r'],
  cache: { entries: 1000, of: ['a', 's'] },
  decoy: ['archive'],
}

const problems = (value: unknown): string[] =>
  policySchema.safeParse(value).error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? []

describe('the shape of policies', () => {
  it('takes every rule, and changes nothing', () => {
    expect(policySchema.parse(everything)).toEqual(everything)
    expect(policySchema.parse({ answer: 'champion' })).toEqual({ answer: 'champion' })
  })

  it('says what would be right', () => {
    expect(problems({ answer: 7 })[0]).toMatch(/^answer: the name of a model, or one of \{ primary \}/)
    expect(problems({ answer: 'a', default: 'last' })[0]).toBe('default: none, last-known or { value: <number or text> }')
    expect(problems({ answer: 'a', budgetMs: '50' })[0]).toMatch(/^budgetMs: a number of milliseconds/)
    expect(problems({ answer: { consensus: { of: ['a'] }, quality: { of: ['a'] } } })).toHaveLength(1)
    expect(problems({ answer: 'a', cache: 100 })).toHaveLength(1)
    expect(problems({ answer: 'a', cache: {} })).toEqual(['cache.entries: a whole number: how many answers of each model are remembered'])
    expect(problems({})).toHaveLength(1)
    expect(problems(null)).toHaveLength(1)
  })

  it('does not follow what is nested without end', () => {
    let deep: unknown = 'a'
    for (let i = 0; i < 50_000; i++) deep = { within: { ms: 1, answer: deep } }
    expect(problems({ answer: deep })).toEqual([': a policy of at most 64 levels'])
  })
})
