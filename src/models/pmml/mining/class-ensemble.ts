import { SluiceError } from '../../../core/errors.ts'
import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import type { Evaluate } from '../assembly/operand.ts'
import { type Classes, type ClassPrediction, createClasses, largest, takeClassPrediction } from '../assembly/prediction.ts'
import { type Round, roundingOf } from '../regression/link.ts'
import { isOutvoted, isSpoilt, isVoting } from './number-ensemble.ts'
import type { MiningPlan, MultipleModelMethod } from './mining-plan.ts'
import type { Segment } from './segment.ts'

/** Collects the results of a row's segments, then turns them into one. All in terms of the ensemble's own classes. */
interface Poll {
  start(): void
  /** A segment's shares of the classes, the class that it predicts, and its weight. */
  add(shares: Float64Array, winner: number, weight: number): void
  /** Writes the shares from `first` on. */
  finish(cells: Float64Array, first: number): void
}

type PollOf = (size: number, round: Round, segments: number) => Poll

const POLLS: Partial<Record<MultipleModelMethod, PollOf>> = {
  majorityVote: (size, round) => votes(size, round, false),
  weightedMajorityVote: (size, round) => votes(size, round, true),
  average: (size, round) => average(size, round, false),
  weightedAverage: (size, round) => average(size, round, true),
  max: (size, round, segments) =>
    decisive(size, { round, segments, rank: (shares) => Math.max(...shares), of: (shares) => Math.max(...shares) }),
  median: (size, round, segments) => decisive(size, { round, segments, rank: median, of: lowerMedian }),
}

/** An ensemble that answers a class. */
export function compileClassEnsemble(plan: MiningPlan, context: ModelContext, segments: readonly Segment[]): ModelBody {
  const pollOf = POLLS[plan.method]
  if (pollOf === undefined)
    throw new SluiceError('model.unsupported', `multipleModelMethod="${plan.method}" for a classification is not supported`)
  const inner = segments.map(({ model: { prediction } }) => {
    if (prediction.kind !== 'class')
      throw new SluiceError('model.malformed', 'a segment of a classification is a regression; it must be a classification')
    return prediction
  })
  const classes = createClasses(context.target, new Set(inner.flatMap((prediction) => prediction.classes.texts)), context.assembly)
  const prediction = takeClassPrediction(classes, context.assembly)
  const size = classes.texts.length
  const poll = pollOf(size, roundingOf(plan.head.singlePrecision), segments.length)
  const shares = new Float64Array(size)
  const spread = inner.map((one) => spreader(one, classes, shares))
  const weighted = plan.method === 'weightedMajorityVote'
  const firstVotes = new Int32Array(size)
  const clear = (cells: Float64Array, at: number): void => {
    cells[at + prediction.winner] = NaN
    cells.fill(NaN, at + prediction.probabilities, at + prediction.probabilities + size)
  }
  return {
    prediction,
    evaluator: {
      row: (cells, at) => {
        poll.start()
        let all = 0
        let missing = 0
        let cast = 0
        let missingVotes = 0
        firstVotes.fill(-1)
        for (let i = 0; i < segments.length; i++) {
          const { test, model, plan: segment } = segments[i]!
          if (test !== undefined && test(cells, at) !== 1) continue
          model.evaluator.row(cells, at)
          all += segment.weight
          const winner = spread[i]!(cells, at)
          const vote = weighted ? segment.weight : 1
          if (winner < 0) {
            missing += segment.weight
            missingVotes += vote
          } else {
            cast += vote
            if (firstVotes[winner]! < 0) firstVotes[winner] = i
            poll.add(shares, winner, segment.weight)
          }
        }
        const first = at + prediction.probabilities
        if (all === missing || isSpoilt(plan, missing, all)) cells.fill(NaN, first, first + size)
        else poll.finish(cells, first)
        cells[at + prediction.winner] = isVoting(plan) ? firstOfLargest(cells, first, firstVotes) : largest(cells, first, size)
        if (missingVotes > 0 && isOutvoted(plan, missingVotes, cells[first + cells[at + prediction.winner]!]! * cast)) clear(cells, at)
      },
    },
  }
}

/** Of the classes with the largest share, the one that was voted for first. */
function firstOfLargest(cells: Float64Array, first: number, firstVotes: Int32Array): number {
  let best = largest(cells, first, firstVotes.length)
  for (let c = 0; c < firstVotes.length; c++)
    if (cells[first + c] === cells[first + best] && firstVotes[c]! >= 0 && firstVotes[c]! < firstVotes[best]!) best = c
  return best
}

/** Brings a segment's shares to the order of the ensemble's classes; answers the class it predicts, or -1 where it has no result. */
function spreader(from: ClassPrediction, classes: Classes, shares: Float64Array): Evaluate {
  const order = Int32Array.from(from.classes.texts, (text) => classes.indexOf(text))
  return (cells, at) => {
    const winner = cells[at + from.winner]!
    if (Number.isNaN(winner)) return -1
    shares.fill(0)
    for (let i = 0; i < order.length; i++) shares[order[i]!] = cells[at + from.probabilities + i]!
    return order[winner]!
  }
}

function votes(size: number, round: Round, weighted: boolean): Poll {
  const counts = new Float64Array(size)
  let total = 0
  return {
    start: () => {
      counts.fill(0)
      total = 0
    },
    add: (_, winner, weight) => {
      const vote = weighted ? weight : 1
      counts[winner] = round(counts[winner]! + vote)
      total = round(total + vote)
    },
    finish: (cells, first) => {
      for (let i = 0; i < size; i++) cells[first + i] = round(counts[i]! / total)
    },
  }
}

function average(size: number, round: Round, weighted: boolean): Poll {
  const sums = new Float64Array(size)
  let total = 0
  return {
    start: () => {
      sums.fill(0)
      total = 0
    },
    add: (shares, _, weight) => {
      if (weighted) for (let i = 0; i < size; i++) sums[i] = round(sums[i]! + round(shares[i]! * weight))
      else for (let i = 0; i < size; i++) sums[i] = round(sums[i]! + shares[i]!)
      total = round(total + (weighted ? weight : 1))
    },
    finish: (cells, first) => {
      for (let i = 0; i < size; i++) cells[first + i] = round(sums[i]! / total)
    },
  }
}

/** Something said of a class's shares over the segments. */
type Statistic = (shares: Float64Array) => number

/**
 * The class whose rank over the segments is highest decides; the result is the average of the segments that have its decisive share:
 * the highest one, or the middle one (with an even number, the lower of the two).
 */
function decisive(size: number, options: { round: Round; segments: number; rank: Statistic; of: Statistic }): Poll {
  const { round, rank, of } = options
  const all = new Float64Array(options.segments * size)
  const column = new Float64Array(options.segments)
  let count = 0
  return {
    start: () => {
      count = 0
    },
    add: (shares) => {
      all.set(shares, count++ * size)
    },
    finish: (cells, first) => {
      let [best, most, share] = [0, -Infinity, NaN]
      for (let i = 0; i < size; i++) {
        for (let s = 0; s < count; s++) column[s] = all[s * size + i]!
        const value = rank(column.subarray(0, count))
        if (value > most) [best, most, share] = [i, value, of(column.subarray(0, count))]
      }
      const result = average(size, round, false)
      result.start()
      for (let s = 0; s < count; s++) if (all[s * size + best] === share) result.add(all.subarray(s * size, (s + 1) * size), 0, 1)
      result.finish(cells, first)
    },
  }
}

function median(shares: Float64Array): number {
  const sorted = shares.toSorted()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function lowerMedian(shares: Float64Array): number {
  return shares.toSorted()[(shares.length - 1) >> 1]!
}
