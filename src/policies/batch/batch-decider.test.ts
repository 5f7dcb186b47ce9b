import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Dictionary } from '../../core/dictionary.ts'
import { SluiceError } from '../../core/errors.ts'
import type { PolicySpec } from '../../core/policy-spec.ts'
import { Scores } from '../../core/scores.ts'
import { CompiledPolicy } from '../rules/compiled-policy.ts'
import { arbitraryPolicy, MODELS } from '../testing/arbitrary-policy.ts'
import { plainly, type Said } from '../testing/plain-rule.ts'
import { BatchDecider } from './batch-decider.ts'

const NOTHING = new Uint8Array(0)
const key = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Scores as a model writes them: the value first, then its confidence. */
function scoresOf(said: readonly Said[]): Scores {
  const labels = said.some((one) => typeof one === 'object' && typeof one.value === 'string')
  const dictionary = new Dictionary(['unused', 'y', 'x'])
  const scores = new Scores()
  const first = labels ? ({ name: 'value', type: 'label', dictionary } as const) : ({ name: 'value', type: 'number' } as const)
  scores.reset([first, { name: 'confidence', type: 'number' }], said.length)
  for (const [row, one] of said.entries()) {
    if (typeof one === 'string') scores.reject(row, new SluiceError('record.score.failed', 'it does not'))
    else scores.values.set([typeof one.value === 'string' ? dictionary.code(one.value) : one.value, one.confidence], row * 2)
  }
  return scores
}

function answerOf(decider: BatchDecider, record: number): { value: number | string | null; model: string | null } {
  const value = decider.values[record]!
  const chosen = decider.chosen[record]!
  return {
    value: chosen === -2 ? null : decider.isLabel[record] === 1 ? decider.labels.text(value) : value,
    model: decider.policy.arms[chosen]?.model ?? null,
  }
}

describe('a batch that is decided at once', () => {
  it('is decided as the plain rules say', () => {
    const confidence = fc.constantFrom(0, 0.25, 0.5, 0.75, 1)
    const numbers = fc.record({ value: fc.integer({ min: 0, max: 2 }), confidence })
    const labels = fc.record({ value: fc.constantFrom('x', 'y'), confidence })
    const column = fc
      .constantFrom(numbers, labels)
      .chain((kind) => fc.array(fc.oneof({ weight: 4, arbitrary: kind }, fc.constant('failed' as const)), { minLength: 3, maxLength: 3 }))
    const columns = fc.tuple(column, column, column, column, column)
    fc.assert(
      fc.property(fc.array(fc.tuple(arbitraryPolicy, columns, columns), { minLength: 1, maxLength: 3 }), (cases) => {
        for (const [spec, ...batches] of cases) {
          const decider = new BatchDecider(new CompiledPolicy(spec))
          for (const batch of batches) {
            decider.begin(3)
            for (let row = 0; row < 3; row++) decider.plan({ row, key: NOTHING, id: NOTHING })
            for (const [i, model] of MODELS.entries()) {
              const arm = decider.policy.armOf(model)
              if (arm !== undefined) decider.put({ arm, scores: scoresOf(batch[i]!), confidence: [1] })
            }
            decider.decide(1)
            for (let row = 0; row < 3; row++) {
              const said = new Map(MODELS.map((model, i) => [model, batch[i]![row]!]))
              const plain = plainly(spec.answer, { said, elapsedMs: 1, final: true })
              expect(answerOf(decider, row)).toEqual(
                typeof plain === 'string' ? { value: null, model: null } : { value: plain.value, model: plain.model },
              )
            }
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  it('asks only the arms that have a part in a record, and takes rows of some records', () => {
    const spec: PolicySpec = {
      answer: {
        split: {
          salt: 'canary',
          arms: [
            { percent: 75, answer: 'old' },
            { percent: 25, answer: { consensus: { of: ['new', 'newer', 'newest'] } } },
          ],
        },
      },
      reference: ['stable'],
    }
    const decider = new BatchDecider(new CompiledPolicy(spec))
    const count = 10_000
    decider.begin(count)
    const asked = Array.from({ length: count }, (_, row) => decider.plan({ row, key: key(`k${row}`), id: NOTHING }))
    expect(new Set(asked)).toEqual(new Set([0b10001, 0b11110]))
    const canary = [...asked.keys()].filter((row) => asked[row] === 0b11110)
    // Five standard deviations of a binomial of 10,000 and 1/4.
    expect(Math.abs(canary.length - 2500)).toBeLessThan(217)
    const old = [...asked.keys()].filter((row) => asked[row] === 0b10001)
    decider.put({ arm: 0, scores: scoresOf(old.map(() => ({ value: 1, confidence: 1 }))), records: old })
    for (const arm of [1, 2]) decider.put({ arm, scores: scoresOf(canary.map(() => ({ value: 2, confidence: 1 }))), records: canary })
    decider.decide(0)
    expect([...decider.values]).toEqual(asked.map((bits) => (bits === 0b10001 ? 1 : 2)))
    expect([...decider.propensities]).toEqual(asked.map((bits) => (bits === 0b10001 ? 0.75 : 0.25)))
    expect([decider.ruleNames[decider.rules[old[0]!]!], decider.ruleNames[decider.rules[canary[0]!]!]]).toEqual([
      'split[0]/primary',
      'split[1]/consensus:majority',
    ])
    // The next batch knows nothing of this one.
    decider.begin(2)
    decider.decide(0)
    expect([...decider.chosen.subarray(0, 2)]).toEqual([-2, -2])
  })

  it('counts values that are none as failures', () => {
    const decider = new BatchDecider(new CompiledPolicy({ answer: { bagging: { of: ['a', 'b'], by: 'mean' } } }))
    decider.begin(2)
    const a = scoresOf([
      { value: Number.NaN, confidence: 1 },
      { value: Infinity, confidence: 1 },
    ])
    const b = scoresOf([{ value: 3, confidence: 1 }, 'failed'])
    for (const [arm, scores] of [a, b].entries()) decider.put({ arm, scores })
    decider.decide(0)
    expect([answerOf(decider, 0), decider.quorums[0], decider.confidences[0]]).toEqual([{ value: 3, model: null }, 0, 0.5])
    expect(answerOf(decider, 1)).toEqual({ value: null, model: null })
  })
})
