import { SluiceError } from '../../../core/errors.ts'
import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { type Round, roundingOf } from '../regression/link.ts'
import type { MiningPlan, MultipleModelMethod } from './mining-plan.ts'
import type { Segment } from './segment.ts'

/** Combines the first `count` values, which have these weights. */
type Combine = (values: Float64Array, weights: Float64Array, count: number) => number

const METHODS: Partial<Record<MultipleModelMethod, (round: Round) => Combine>> = {
  sum: (round) => (values, _, count) => total(values, count, round),
  average: (round) => (values, _, count) => round(total(values, count, round) / count),
  weightedSum: weightedSum,
  'x-weightedSum': weightedSum,
  weightedAverage: (round) => {
    const combine = weightedSum(round)
    return (values, weights, count) => round(combine(values, weights, count) / total(weights, count, round))
  },
  max: () => (values, _, count) => {
    let most = -Infinity
    for (let i = 0; i < count; i++) if (values[i]! > most) most = values[i]!
    return most
  },
  median: (round) => (values, _, count) => {
    const sorted = values.slice(0, count).sort()
    const middle = count >> 1
    return count % 2 === 1 ? sorted[middle]! : round(round(sorted[middle - 1]! + sorted[middle]!) / 2)
  },
  weightedMedian: () => weightedMedian,
  'x-weightedMedian': () => weightedMedian,
}

/** An ensemble that answers a number. */
export function compileNumberEnsemble(plan: MiningPlan, context: ModelContext, segments: readonly Segment[]): ModelBody {
  const round = roundingOf(plan.head.singlePrecision)
  const combine = METHODS[plan.method]?.(round)
  if (combine === undefined) {
    throw new SluiceError('model.unsupported', `multipleModelMethod="${plan.method}" for a regression is not supported`)
  }
  const cells = segments.map((segment) => {
    const { prediction } = segment.model
    if (prediction.kind !== 'number')
      throw new SluiceError('model.malformed', 'a segment of a regression is a classification; it must be a regression')
    return prediction.value
  })
  const result = context.assembly.takeResult()
  const values = new Float64Array(segments.length)
  const weights = new Float64Array(segments.length)
  return {
    prediction: { kind: 'number', value: result, type: plan.head.singlePrecision ? 'float' : 'double' },
    evaluator: {
      row: (row, at) => {
        let count = 0
        let missing = 0
        let all = 0
        for (let i = 0; i < segments.length; i++) {
          const { test, model, plan: segment } = segments[i]!
          if (test !== undefined && test(row, at) !== 1) continue
          model.evaluator.row(row, at)
          const value = row[at + cells[i]!]!
          all += segment.weight
          if (Number.isNaN(value)) missing += segment.weight
          else {
            values[count] = value
            weights[count++] = round(segment.weight)
          }
        }
        row[at + result] = all === missing || isSpoilt(plan, missing, all) ? NaN : combine(values, weights, count)
      },
    },
  }
}

/** Whether missing results of segments, of this weight among all, make the whole result missing. */
export function isSpoilt(plan: MiningPlan, missing: number, all: number): boolean {
  if (missing === 0) return false
  if (plan.missingPrediction === 'skipSegment') return missing / all > plan.missingThreshold
  // With `continue`, a vote may be missing (see `isOutvoted`); every other method needs all results.
  return plan.missingPrediction === 'returnMissing' || !isVoting(plan)
}

/** Whether more votes are missing than there are for the class that has most: where missing results go on, they vote for no result. */
export function isOutvoted(plan: MiningPlan, missing: number, most: number): boolean {
  return missing > most * (1 + ROUNDING) && plan.missingPrediction === 'continue' && isVoting(plan)
}

const ROUNDING = 1e-12

/** Whether the segments' classes are counted, and not their probabilities. Of classes with as many votes, the one that was voted for first wins. */
export function isVoting({ method }: MiningPlan): boolean {
  return method === 'majorityVote' || method === 'weightedMajorityVote'
}

function total(values: Float64Array, count: number, round: Round): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum = round(sum + values[i]!)
  return sum
}

function weightedSum(round: Round): Combine {
  return (values, weights, count) => {
    let sum = 0
    for (let i = 0; i < count; i++) sum = round(sum + round(values[i]! * weights[i]!))
    return sum
  }
}

/** The smallest value below or at which half of the weight is. */
function weightedMedian(values: Float64Array, weights: Float64Array, count: number): number {
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => values[a]! - values[b]!)
  let half = 0
  for (let i = 0; i < count; i++) half += weights[i]! / 2
  let sum = 0
  for (const i of order) {
    sum += weights[i]!
    if (sum >= half) return values[i]!
  }
  return NaN
}
