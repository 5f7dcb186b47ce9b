import { SluiceError } from '../../../core/errors.ts'
import { type CompiledModel, type ModelBody, type ModelContext, runBlock } from '../assembly/model-compiler.ts'
import type { Evaluate } from '../assembly/operand.ts'
import type { OutputField } from '../fields/output-field.ts'
import type { AnomalyDetectionPlan } from './anomaly-detection-plan.ts'

const NEAREST: Pick<OutputField, 'name' | 'feature' | 'final' | 'rank'> = { name: '', feature: 'affinity', final: false, rank: 1 }

/**
 * Puts an AnomalyDetectionModel together. The result of an isolation forest is 2^(-path / average path), that of clusters the distance to
 * the nearest center relative to that cluster's mean distance, and that of any other model its own.
 */
export function compileAnomalyDetection(plan: AnomalyDetectionPlan, context: ModelContext): ModelBody {
  const inner = context.compileModel(plan.model, context.scope)
  const score = scoreOf(plan, inner)
  const value = context.assembly.takeResult()
  const { evaluator } = inner
  return {
    prediction: { kind: 'number', value, type: 'double' },
    evaluator: {
      row: (cells, at) => {
        evaluator.row(cells, at)
        cells[at + value] = score(cells, at)
      },
      block: (cells, stride, rows) => {
        runBlock(evaluator, cells, stride, rows)
        for (let r = 0, at = 0; r < rows; r++, at += stride) cells[at + value] = score(cells, at)
      },
    },
  }
}

function scoreOf({ algorithm, averagePath, meanDistances }: AnomalyDetectionPlan, inner: CompiledModel): Evaluate {
  const { prediction, features } = inner
  if (algorithm === 'clusterMeanDist') {
    const distance = features?.affinity?.(NEAREST as OutputField).run
    if (prediction.kind !== 'class' || distance === undefined) throw notScorable(algorithm)
    return (cells, at) => distance(cells, at) / (meanDistances[cells[at + prediction.winner]!] ?? NaN)
  }
  if (prediction.kind !== 'number') throw notScorable(algorithm)
  const { value } = prediction
  if (algorithm === 'iforest') return (cells, at) => 2 ** (-cells[at + value]! / averagePath)
  return (cells, at) => cells[at + value]!
}

function notScorable(algorithm: string): SluiceError {
  return new SluiceError('model.malformed', `the model of an <AnomalyDetectionModel> with algorithmType="${algorithm}" gives no number`)
}
