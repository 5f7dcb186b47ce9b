import { SluiceError } from '../../../core/errors.ts'
import { comparedLiteral, declaredCells } from '../assembly/convert.ts'
import type { ModelBody, ModelContext, ResultFeatures } from '../assembly/model-compiler.ts'
import { cellOperand, type Operand } from '../assembly/operand.ts'
import { type ClassPrediction, createClasses, takeClassPrediction } from '../assembly/prediction.ts'
import { type RankedCells, rankedIndex } from '../assembly/ranking.ts'
import { compileComparison } from '../comparison/compile-comparison.ts'
import { roundingOf } from '../regression/link.ts'
import type { ClusteringPlan } from './clustering-plan.ts'

/** Puts a ClusteringModel together: the result is the id of the cluster whose center is nearest, the first of equals. */
export function compileClustering(plan: ClusteringPlan, context: ModelContext): ModelBody {
  const { scope, assembly, target } = context
  scope.derive(plan.derivedFields)
  const fields = plan.fields.map(({ field }) => scope.require(field))
  const size = fields.length
  const count = plan.clusters.length
  const centers = new Float64Array(count * size)
  for (const [c, cluster] of plan.clusters.entries()) {
    for (const [i, item] of cluster.center.entries()) centers[c * size + i] = centerValue(fields[i]!, item, context)
  }
  const compare = compileComparison(plan.measure, plan.fields, {
    round: roundingOf(context.head.singlePrecision),
    declared: fields.map((field) => declaredCells(field, assembly)),
    ...(plan.missingWeights !== undefined && { missingWeights: plan.missingWeights }),
  })
  const ids = plan.clusters.map((cluster) => cluster.id)
  const classes = createClasses(target && { ...target, values: [] }, ids, assembly)
  if (classes.texts.length !== count) throw new SluiceError('model.malformed', 'two clusters have the same id')
  const prediction: ClassPrediction = { ...takeClassPrediction(classes, assembly), withoutProbabilities: true }
  const { winner, probabilities } = prediction
  const ranked: RankedCells = { first: assembly.takeResult(count), count, descending: plan.measure.kind === 'similarity' }
  const nearest = rankedIndex(ranked, 1)
  const row = new Float64Array(size)
  return {
    prediction,
    features: featuresOf(plan, context, ranked),
    evaluator: {
      row: (cells, at) => {
        for (let i = 0; i < size; i++) row[i] = fields[i]!.run(cells, at)
        for (let c = 0; c < count; c++) cells[at + ranked.first + c] = compare(row, centers, c * size)
        const best = nearest(cells, at)
        cells[at + winner] = best
        for (let c = 0; c < count; c++) cells[at + probabilities + c] = c === best ? 1 : 0
      },
    },
  }
}

function centerValue(field: Operand, item: string, { assembly }: ModelContext): number {
  const value = comparedLiteral(field, item, assembly)
  if (!Number.isNaN(value)) return value
  throw new SluiceError('model.malformed', `a cluster's center has the value ${JSON.stringify(item)}, which is not of type ${field.type}`)
}

function featuresOf(plan: ClusteringPlan, { assembly }: ModelContext, ranked: RankedCells): ResultFeatures {
  const codes = (texts: readonly string[]): Float64Array => Float64Array.from(texts, (text) => assembly.pool.code(text))
  const ids = codes(plan.clusters.map((cluster) => cluster.id))
  const names = codes(plan.clusters.map((cluster) => cluster.name ?? cluster.id))
  const ofRank = (values: Float64Array, rank: number): Operand => {
    const index = rankedIndex(ranked, Math.max(1, rank))
    return { type: 'string', run: (cells, at) => values[index(cells, at)] ?? NaN }
  }
  return {
    entityId: (field) => ofRank(ids, field.rank),
    predictedDisplayValue: () => ofRank(names, 1),
    affinity: (field) => {
      if (field.value !== undefined) {
        const index = plan.clusters.findIndex((cluster) => cluster.id === field.value)
        return index < 0 ? { type: 'double', run: () => NaN } : cellOperand('double', ranked.first + index)
      }
      const index = rankedIndex(ranked, Math.max(1, field.rank))
      return { type: 'double', run: (cells, at) => cells[at + ranked.first + index(cells, at)] ?? NaN }
    },
  }
}
