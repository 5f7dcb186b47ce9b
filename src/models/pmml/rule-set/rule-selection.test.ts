import { expect, it } from 'vitest'
import { JUDGES, type Rules } from './rule-selection.ts'
import type { Criterion } from './rule-set-plan.ts'

// Rules for the classes 0, 1, 1, 0; the last one never holds.
const rules: Rules = {
  count: 4,
  holds: (rule) => rule < 3,
  classes: Int32Array.of(0, 1, 1, 0),
  weights: Float64Array.of(0.4, 0.3, 0.35, 9),
  confidences: Float64Array.of(0.9, 0.8, 1, 1),
  all: true,
}

function judged(criterion: Criterion, change: Partial<Rules> = {}): { winner: number; confidences: readonly number[] } {
  const verdict = { winner: -1, confidences: new Float64Array(2) }
  JUDGES[criterion]({ ...rules, ...change }, 2)(verdict, new Float64Array(0), 0)
  return { winner: verdict.winner, confidences: [...verdict.confidences].map((value) => Number(value.toFixed(12))) }
}

it('takes the first rule that holds', () => {
  expect(judged('firstHit')).toEqual({ winner: 0, confidences: [0.9, 0.8] })
  expect(judged('firstHit', { all: false })).toEqual({ winner: 0, confidences: [0.9, 0] })
})

it('takes the rule with the largest weight', () => {
  expect(judged('weightedMax')).toEqual({ winner: 0, confidences: [0.9, 1] })
})

it('takes the class whose rules weigh most, with its share of the rules that hold', () => {
  expect(judged('weightedSum')).toEqual({ winner: 2, confidences: [0.133333333333, 0.216666666667] })
})

it('takes the class whose rule comes first of classes that weigh the same', () => {
  expect(judged('weightedSum', { weights: Float64Array.of(1, 0.5, 0.5, 9) }).winner).toBe(0)
  expect(judged('weightedSum', { weights: Float64Array.of(1, 0.5, 0.5, 9), classes: Int32Array.of(1, 0, 0, 1) }).winner).toBe(0)
})

it('finds nothing where no rule holds', () => {
  for (const criterion of ['firstHit', 'weightedMax', 'weightedSum'] as const)
    expect(judged(criterion, { holds: () => false })).toEqual({ winner: -1, confidences: [0, 0] })
})
