import { createForest } from '../../../forest/create-forest.ts'
import type { Forest } from '../../../forest/forest.ts'
import type { Evaluator, ModelBody, ModelContext } from '../../assembly/model-compiler.ts'
import { largest } from '../../assembly/prediction.ts'
import { isSpoilt } from '../number-ensemble.ts'
import type { MiningPlan, MultipleModelMethod } from '../mining-plan.ts'
import { type BuiltForest, buildForest } from './forest-builder.ts'
import { type CarefulWalk, createCarefulWalk } from './careful-walk.ts'

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
  if (method === undefined || plan.head.singlePrecision) return undefined
  if (plan.head.outputFields.some((field) => field.segmentId !== undefined)) return undefined
  const built = buildForest(plan, context)
  if (built === undefined) return undefined
  const segmentWeights = Float64Array.from(plan.segments, (segment) => segment.weight)
  const weights = method.weighted ? segmentWeights : undefined
  const options = { ...built.options, ...(weights !== undefined && { weights }) }
  const divisor = method.averaged ? (weights?.reduce((sum, weight) => sum + weight, 0) ?? plan.segments.length) : undefined
  const parts = {
    forest: createForest(options),
    built,
    divisor,
    careful: createCarefulWalk(options, built.finished, segmentWeights),
    plan,
    method,
  }
  return { prediction: built.prediction, evaluator: forestEvaluator(parts) }
}

interface ForestParts {
  readonly forest: Forest
  readonly built: BuiltForest
  /** What the sums are divided by, where they are. */
  readonly divisor: number | undefined
  readonly careful: CarefulWalk
  readonly plan: MiningPlan
  readonly method: Method
}

function forestEvaluator({ forest, built, divisor, careful, plan, method }: ForestParts): Evaluator {
  const { prediction } = built
  const { outputs } = built.options
  const first = prediction.kind === 'number' ? prediction.value : prediction.probabilities
  const winner = prediction.kind === 'number' ? -1 : prediction.winner
  const carefulSums = new Float64Array(outputs)
  let sums = new Float64Array(outputs)

  /** What the careful sums are divided by; NaN where trees without a result leave the row without one. */
  function carefulDivisor(): number {
    const { counted, all, missing } = careful
    if (all === missing || isSpoilt(plan, missing, all)) return NaN
    return method.averaged ? counted : 1
  }

  function write(cells: Float64Array, at: number, from: number): void {
    if (!built.takesMissing && built.isSpecial(cells, at)) {
      careful.score(cells, at, carefulSums)
      const by = carefulDivisor()
      for (let i = 0; i < outputs; i++) cells[at + first + i] = carefulSums[i]! / by
    } else {
      for (let i = 0; i < outputs; i++) cells[at + first + i] = divisor === undefined ? sums[from + i]! : sums[from + i]! / divisor
    }
    if (winner >= 0) cells[at + winner] = largest(cells, at + first, outputs)
  }

  return {
    row: (cells, at) => {
      forest.score(at === 0 ? cells : cells.subarray(at), built.width, 1, sums, outputs)
      write(cells, at, 0)
    },
    block: (cells, stride, rows) => {
      if (sums.length < rows * outputs) sums = new Float64Array(rows * outputs)
      forest.score(cells, stride, rows, sums, outputs)
      for (let r = 0; r < rows; r++) write(cells, r * stride, r * outputs)
    },
  }
}
