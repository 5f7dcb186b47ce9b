import fc from 'fast-check'
import type { PolicySpec, RuleSpec } from '../../core/policy-spec.ts'

export const MODELS = ['a', 'b', 'c', 'd', 'e'] as const

const model: fc.Arbitrary<RuleSpec> = fc.constantFrom<RuleSpec[]>(...MODELS)
const odd = (members: RuleSpec[]): RuleSpec[] => (members.length % 2 === 0 ? members.slice(1) : members)
const enough = fc.option(fc.constantFrom(0.5, 0.9), { nil: undefined })

/** Rules that can be used within a budget of 40 ms, two deep, with times in whole milliseconds. Splits and bandits are left out. */
function ruleOf(part: fc.Arbitrary<RuleSpec>): fc.Arbitrary<RuleSpec> {
  const members = (minLength: number): fc.Arbitrary<RuleSpec[]> =>
    fc.uniqueArray(part, { minLength, maxLength: 5, selector: (rule) => JSON.stringify(rule) })
  const steps = fc
    .uniqueArray(fc.integer({ min: 0, max: 39 }), { minLength: 1, maxLength: 3 })
    .map((times) => times.toSorted((a, b) => a - b))
  return fc.oneof(
    part,
    fc.record({ consensus: fc.record({ of: members(1).map(odd) }) }),
    fc.record({ quality: fc.record({ of: members(1), enough }) }),
    fc.record({ bagging: fc.record({ of: members(1), by: fc.constant<'mean'>('mean') }) }),
    fc.record({ cascade: fc.record({ stages: members(1), enough }) }),
    fc.record({ speculative: fc.record({ smart: part, fast: part, afterMs: fc.integer({ min: 1, max: 39 }) }) }),
    fc.record({ rendezvous: schedule(steps, members(1)) }),
  )
}

function schedule(times: fc.Arbitrary<number[]>, members: fc.Arbitrary<RuleSpec[]>) {
  return fc.record({
    schedule: times.chain((all) => fc.tuple(...all.map((afterMs) => members.map((accept) => ({ afterMs, accept }))))),
    atDeadline: fc.option(members, { nil: undefined }),
  })
}

const within: fc.Arbitrary<RuleSpec> = fc.record({ within: fc.record({ ms: fc.integer({ min: 1, max: 30 }), answer: model }) })

/** A policy with a budget from 40 to 60 ms. */
export const arbitraryPolicy: fc.Arbitrary<PolicySpec> = fc.record({
  answer: ruleOf(fc.oneof({ weight: 4, arbitrary: model }, { weight: 2, arbitrary: ruleOf(model) }, { weight: 1, arbitrary: within })),
  budgetMs: fc.integer({ min: 40, max: 60 }),
  default: fc.constantFrom<PolicySpec['default'][]>('none', { value: 'nobody' }),
})
