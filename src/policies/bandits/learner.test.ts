import { describe, expect, it } from 'vitest'
import type { BanditKind, BanditSpec } from '../../core/policy-spec.ts'
import { createLearner, isUsableLoss } from './learner.ts'

const spec = (by: BanditKind, members: number, rest: Partial<BanditSpec> = {}): BanditSpec => ({
  name: 'best',
  by,
  of: Array.from({ length: members }, (_, i) => `m${i}`),
  ...rest,
})

describe('a bandit', () => {
  it('epsilon-greedy chooses the best mean reward but for epsilon', () => {
    const learner = createLearner(spec('epsilon-greedy', 4, { epsilon: 0.2 }))
    for (const [member, loss] of [0.5, 0.1, 0.9, 0.2].entries()) learner.learn({ member, propensity: 0.5, loss })
    expect([...learner.probabilities].map((p) => Math.round(p * 1e12) / 1e12)).toEqual([0.05, 0.85, 0.05, 0.05])
  })

  it('exp3 weighs losses by how likely the choice was', () => {
    const learner = createLearner(spec('exp3', 2, { eta: 0.5 }))
    learner.learn({ member: 0, propensity: 0.25, loss: 0.4 })
    // s = [exp(-0.5 * 0.4 / 0.25), 1].
    const s = Math.exp(-0.8)
    expect(learner.probabilities[0]).toBeCloseTo(s / (s + 1), 14)
    expect(learner.probabilities[1]).toBeCloseTo(1 / (s + 1), 14)
  })

  it('exp3 spreads a part of the probability evenly where it is told to', () => {
    const learner = createLearner(spec('exp3', 2, { eta: 10, epsilon: 0.1 }))
    for (let i = 0; i < 1000; i++) learner.learn({ member: 0, propensity: 0.05, loss: 1 })
    expect(learner.probabilities[0]).toBeCloseTo(0.05, 12)
    expect(learner.probabilities[1]).toBeCloseTo(0.95, 12)
  })

  it('thompson chooses each member as likely as it is the best: exact for two', () => {
    const learner = createLearner(spec('thompson', 2))
    expect(learner.probabilities[0]).toBeCloseTo(0.5, 6)
    // Beta(3, 1) against Beta(1, 2): P(X > Y) = integral of 3x² (1 - (1 - x)²) = 3/2 - 3/5 = 9/10.
    learner.learn({ member: 0, propensity: 1, loss: 0 })
    learner.learn({ member: 0, propensity: 1, loss: 0 })
    learner.learn({ member: 1, propensity: 1, loss: 1 })
    expect(learner.probabilities[0]).toBeCloseTo(0.9, 3)
  })

  it('thompson stays exact when it knows a lot', () => {
    const learner = createLearner(spec('thompson', 2))
    learner.restore([50_100, 50_000, 49_900, 50_000])
    // Both beliefs are all but normal: P = Phi(0.001 / sqrt(2 * 0.25 / 100001)).
    expect(learner.probabilities[0]).toBeCloseTo(0.67264, 3)
  })

  it('goes on from what was learned before', () => {
    for (const by of ['epsilon-greedy', 'thompson', 'exp3', 'exp4'] as const) {
      const learner = createLearner(spec(by, 3))
      for (let i = 0; i < 20; i++) learner.learn({ member: i % 3, propensity: 0.5, loss: (i % 7) / 7 })
      const other = createLearner(spec(by, 3))
      other.restore(learner.state())
      expect(other.probabilities).toEqual(learner.probabilities)
    }
  })

  it('learns nothing from nonsense', () => {
    for (const loss of [
      { member: 3, propensity: 1, loss: 0 },
      { member: 0.5, propensity: 1, loss: 0 },
      { member: 0, propensity: 0, loss: 0 },
      { member: 0, propensity: 1, loss: Number.NaN },
      { member: 0, propensity: 1, loss: 2 },
    ]) {
      expect(isUsableLoss(loss, 3)).toBe(false)
    }
    expect(isUsableLoss({ member: 2, propensity: 0.1, loss: 1 }, 3)).toBe(true)
  })
})

it('a learner that is asked only at the end says what one that is asked each time does, in the same array', () => {
  for (const by of ['epsilon-greedy', 'thompson', 'exp3', 'exp4'] as const) {
    const [asked, unasked] = [0, 1].map(() => createLearner({ name: 'b', by, of: ['a', 'b', 'c'], epsilon: 0.1 }))
    const first = asked!.probabilities
    for (let i = 0; i < 50; i++) {
      const loss = { member: i % 3, propensity: 0.5, loss: (i % 7) / 6 }
      asked!.learn(loss)
      unasked!.learn(loss)
      expect(asked!.probabilities).toBe(first)
    }
    expect(unasked!.probabilities).toEqual(first)
    expect(first.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9)
  }
})
