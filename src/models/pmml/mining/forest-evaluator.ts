import { createForest } from '../../forest/create-forest.ts'
import type { Forest } from '../../forest/forest.ts'
import type { Evaluator, ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { largest } from '../assembly/prediction.ts'
import { buildForest, type BuiltForest } from './forest-builder.ts'
import type { MiningPlan, MultipleModelMethod } from './mining-plan.ts'

/** What becomes of the sums over the trees. `weighted`: the trees' weights count. `averaged`: the sums are divided by the total weight. */
const METHODS: Partial<Record<MultipleModelMethod, { readonly weighted: boolean; readonly averaged: boolean }>> = {
  sum: { weighted: false, averaged: false },
  weightedSum: { weighted: true, averaged: false },
  'x-weightedSum': { weighted: true, averaged: false },
  average: { weighted: false, averaged: true },
  weightedAverage: { weighted: true, averaged: true },
  majorityVote: { weighted: false, averaged: true },
  weightedMajorityVote: { weighted: true, averaged: true },
}

/**
 * The ensemble as a forest that scores many rows at once, where its segments are trees that can be brought to that form; else undefined.
 * `body` is the ensemble's general form: it gives the cells of the result, and the same result, and takes the rows with missing values
 * that the forest can't send on their way.
 */
export function compileForest(plan: MiningPlan, context: ModelContext, body: ModelBody): Evaluator | undefined {
  const method = METHODS[plan.method]
  if (method === undefined || plan.head.singlePrecision) return undefined
  const built = buildForest(plan, context, body.prediction)
  if (built === undefined) return undefined
  const weights = method.weighted ? Float64Array.from(plan.segments, (segment) => segment.weight) : undefined
  const forest = createForest({ ...built.options, ...(weights !== undefined && { weights }) })
  const divisor = method.averaged ? (weights?.reduce((sum, weight) => sum + weight, 0) ?? plan.segments.length) : undefined
  return forestEvaluator({ forest, built, divisor, body })
}

interface ForestParts {
  readonly forest: Forest
  readonly built: BuiltForest
  /** What the sums are divided by, where they are. */
  readonly divisor: number | undefined
  readonly body: ModelBody
}

function forestEvaluator({ forest, built, divisor, body }: ForestParts): Evaluator {
  const { prediction } = body
  const outputs = built.options.outputs
  const first = prediction.kind === 'number' ? prediction.value : prediction.probabilities
  const winner = prediction.kind === 'number' ? -1 : prediction.winner
  const carefully = built.takesMissing ? undefined : body.evaluator.row
  let sums = new Float64Array(outputs)

  function write(cells: Float64Array, at: number, from: number): void {
    if (carefully !== undefined && built.isSpecial(cells, at)) return carefully(cells, at)
    for (let i = 0; i < outputs; i++) cells[at + first + i] = divisor === undefined ? sums[from + i]! : sums[from + i]! / divisor
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
