import { type Evaluator, type ModelBody, type ModelContext, runSteps } from '../../assembly/model-compiler.ts'
import { largest } from '../../assembly/prediction.ts'
import { roundingOf } from '../../regression/link.ts'
import { isOutvoted, isSpoilt, isVoting } from '../number-ensemble.ts'
import type { MiningPlan, MultipleModelMethod } from '../mining-plan.ts'
import { type BuiltForest, buildForest } from './forest-builder.ts'
import { type CarefulWalk, createCarefulWalk } from './careful-walk.ts'
import { createScorer, type Scorer } from './scorer.ts'

/** What becomes of the sums over the trees. `weighted`: the trees' weights count. `averaged`: the sums are divided by the total weight. */
interface Method {
  readonly weighted: boolean
  readonly averaged: boolean
}

const METHODS: Partial<Record<MultipleModelMethod, Method>> = {
  sum: { weighted: false, averaged: false },
  weightedSum: { weighted: true, averaged: false },
  'x-weightedSum': { weighted: true, averaged: false },
  average: { weighted: false, averaged: true },
  weightedAverage: { weighted: true, averaged: true },
  majorityVote: { weighted: false, averaged: true },
  weightedMajorityVote: { weighted: true, averaged: true },
}

/**
 * An ensemble as a forest that scores many rows at once, where its segments are trees that can be brought to that form; else undefined.
 * The result has the same bits as that of the general form: the same leaves, added in the same order.
 */
export function compileForest(plan: MiningPlan, context: ModelContext): ModelBody | undefined {
  const method = METHODS[plan.method]
  if (method === undefined) return undefined
  if (plan.head.outputFields.some((field) => field.segmentId !== undefined)) return undefined
  const built = buildForest(plan, context)
  if (built === undefined) return undefined
  const single = plan.head.singlePrecision
  const round = roundingOf(single)
  const segmentWeights = Float64Array.from(plan.segments, (segment) => segment.weight)
  const weights = method.weighted ? segmentWeights.map(round) : undefined
  const options = { ...built.options, ...(weights !== undefined && { weights }), ...(single && { singlePrecisionSums: true }) }
  const divisor = method.averaged ? (weights?.reduce((sum, weight) => round(sum + weight), 0) ?? plan.segments.length) : undefined
  const scorer = createScorer(options, built.features, context.assembly)
  if (scorer === undefined) return undefined
  const parts = {
    ...scorer,
    built,
    divisor,
    careful:
      built.takesMissing && scorer.takesUnknown && !isVoting(plan) ? undefined : createCarefulWalk(options, built.finished, segmentWeights),
    plan,
    method,
  }
  return { prediction: built.prediction, evaluator: forestEvaluator(parts) }
}

interface ForestParts extends Scorer {
  readonly built: BuiltForest
  /** What the sums are divided by, where they are. */
  readonly divisor: number | undefined
  /** For rows that the forest does not take, where there may be such. */
  readonly careful: CarefulWalk | undefined
  readonly plan: MiningPlan
  readonly method: Method
}

function forestEvaluator({ forest, steps, takesUnknown, built, divisor, careful, plan, method }: ForestParts): Evaluator {
  const { prediction } = built
  const { outputs } = built.options
  const round = roundingOf(plan.head.singlePrecision)
  const first = prediction.kind === 'number' ? prediction.value : prediction.probabilities
  const winner = prediction.kind === 'number' ? -1 : prediction.winner
  const carefulSums = new Float64Array(outputs)
  let sums = new Float64Array(outputs)

  /** What the careful sums are divided by; NaN where trees without a result leave the row without one. */
  function carefulDivisor({ counted, all, missing }: CarefulWalk): number {
    if (all === missing || isSpoilt(plan, missing, all)) return NaN
    return method.averaged ? counted : 1
  }

  /** Whether the trees without a result outvote the others. */
  function isLost({ counted, all }: CarefulWalk, votes: Float64Array): boolean {
    const missing = (method.weighted ? all : plan.segments.length) - counted
    return missing > 0 && isOutvoted(plan, missing, Math.max(...votes))
  }

  const breaksTies = isVoting(plan)

  /** Whether another class has as many votes. */
  function isTied(cells: Float64Array, shares: number, best: number): boolean {
    for (let i = best + 1; i < outputs; i++) if (cells[shares + i] === cells[shares + best]) return true
    return false
  }

  /** Of the classes with this share, the one that was voted for first. */
  function earliest(cells: Float64Array, at: number, share: number): number {
    return careful!.firstVote(cells, at, (output) => cells[at + first + output] === share)
  }

  function write(cells: Float64Array, at: number, from: number): void {
    if (careful !== undefined && built.isSpecial(cells, at, !takesUnknown)) {
      careful.score(cells, at, carefulSums)
      const by = isLost(careful, carefulSums) ? NaN : carefulDivisor(careful)
      for (let i = 0; i < outputs; i++) cells[at + first + i] = round(carefulSums[i]! / by)
    } else {
      for (let i = 0; i < outputs; i++) cells[at + first + i] = divisor === undefined ? sums[from + i]! : round(sums[from + i]! / divisor)
    }
    if (winner < 0) return
    const best = largest(cells, at + first, outputs)
    cells[at + winner] = breaksTies && isTied(cells, at + first, best) ? earliest(cells, at, cells[at + first + best]!) : best
  }

  return {
    row: (cells, at) => {
      for (let i = 0; i < steps.length; i++) steps[i]!(cells, at)
      forest.score(at === 0 ? cells : cells.subarray(at), built.width, 1, sums, outputs)
      write(cells, at, 0)
    },
    block: (cells, stride, rows) => {
      if (sums.length < rows * outputs) sums = new Float64Array(rows * outputs)
      if (steps.length > 0) runSteps(steps, cells, stride, rows)
      forest.score(cells, stride, rows, sums, outputs)
      for (let r = 0; r < rows; r++) write(cells, r * stride, r * outputs)
    },
  }
}
