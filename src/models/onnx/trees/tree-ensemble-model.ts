import type { Dictionary } from '../../../core/dictionary.ts'
import { SluiceError } from '../../../core/errors.ts'
import type { Model, ModelDescriptor } from '../../../core/model.ts'
import type { Scores } from '../../../core/scores.ts'
import { createForest } from '../../forest/create-forest.ts'
import { createRowCheck } from '../frame-tensors.ts'
import { fieldsOf, METADATA, missingIsNaN } from '../onnx-model.ts'
import { createOutputColumns } from '../output-columns.ts'
import { createHeads } from './tree-heads.ts'
import type { Ending, TreeEnsemble } from './tree-ensemble.ts'

/** Makes the model of an ensemble: inputs, outputs and answers are those of the same file in ONNX Runtime, at once and in this thread. */
export function createTreeEnsembleModel({ metadata }: Pick<ModelDescriptor, 'metadata'>, ensemble: TreeEnsemble): Model {
  const { signature, ending, parts } = ensemble
  const check = createRowCheck(signature.inputs, missingIsNaN(metadata[METADATA.missing], signature))
  const inputs = fieldsOf(signature)
  const { fields, columns } = createOutputColumns(signature, metadata[METADATA.output])
  const forest = createForest(ensemble.forest)
  const prepare = ensemble.heads.length === 0 ? undefined : createHeads(ensemble.heads, inputs.length)
  const width = ensemble.forest.outputs
  const finish = createEnding(ending, width)
  // A label's dictionary begins with the classes where some output has them, in their order; others are added here, as codes say.
  const labels = columns.find((column) => column.field.type === 'label')?.field.dictionary
  const codes = labels === undefined ? [] : codesOf(labels, ensemble)
  const places = columns.map((column) => (parts[column.tensor] === 'label' ? -1 : column.at))
  const row = new Float64Array(Math.max(2, width))
  let sums = new Float64Array(0)
  return {
    inputs,
    outputs: fields,
    ...(signature.featureNames === undefined && { positional: true }),
    score(frame, scores) {
      check(frame, scores)
      if (sums.length < frame.rows * width) sums = new Float64Array(frame.rows * width)
      const matrix = prepare === undefined ? frame.matrix : prepare(frame.matrix, frame.rows)
      forest.score(matrix, inputs.length, frame.rows, sums)
      for (let r = 0, to = 0; r < frame.rows; r++, to += places.length) {
        for (let k = 0; k < width; k++) row[k] = sums[r * width + k]!
        const label = finish(row)
        for (let c = 0; c < places.length; c++) {
          const place = places[c]!
          scores.values[to + c] = place < 0 ? codes[label]! : row[place]!
        }
      }
      rejectUnfinished(scores, places)
    },
    [Symbol.dispose]() {},
  }
}

function codesOf(labels: Dictionary, { labels: classes }: TreeEnsemble): readonly number[] {
  return classes.map((name) => labels.add(name))
}

function rejectUnfinished(scores: Scores, places: readonly number[]): void {
  const { values, outputs } = scores
  for (let row = 0, at = 0; row < scores.rows; row++) {
    for (let c = 0; c < places.length; c++, at++) {
      if (Number.isFinite(values[at])) continue
      scores.reject(row, new SluiceError('record.score.not-finite', `output '${outputs[c]!.name}' is ${values[at]}`))
    }
  }
}

/** What changes a row's sums to its output, in float32 steps, and answers the place of its label. */
function createEnding({ kind, transform, base, divisor }: Ending, width: number): (row: Float64Array) => number {
  const { fround } = Math
  const settle = (row: Float64Array): void => {
    for (let k = 0; k < width; k++) {
      const sum = divisor === 1 ? row[k]! : fround(row[k]! / divisor)
      row[k] = base.length === 0 ? sum : fround(sum + base[k]!)
    }
  }
  if (kind === 'numbers') {
    return (row) => {
      settle(row)
      return 0
    }
  }
  if (kind === 'classes') {
    return (row) => {
      settle(row)
      let best = 0
      for (let k = 1; k < width; k++) if (row[k]! > row[best]!) best = k
      if (transform === 'LOGISTIC') for (let k = 0; k < width; k++) row[k] = logistic(row[k]!)
      if (transform === 'SOFTMAX') softmax(row, width)
      return best
    }
  }
  return (row) => {
    settle(row)
    const sum = row[0]!
    row[0] = kind === 'binaryShare' ? fround(1 - sum) : logistic(-sum)
    row[1] = kind === 'binaryShare' ? sum : logistic(sum)
    return sum > (kind === 'binaryShare' ? 0.5 : 0) ? 1 : 0
  }
}

/** ONNX Runtime's ComputeLogistic. */
function logistic(x: number): number {
  const { fround } = Math
  const share = fround(1 / fround(1 + fround(Math.exp(-Math.abs(x)))))
  return x < 0 ? fround(1 - share) : share
}

/** ONNX Runtime's ComputeSoftmax. */
function softmax(row: Float64Array, width: number): void {
  const { fround } = Math
  let most = row[0]!
  for (let k = 1; k < width; k++) most = Math.max(most, row[k]!)
  let sum = 0
  for (let k = 0; k < width; k++) {
    row[k] = fround(Math.exp(fround(row[k]! - most)))
    sum = fround(sum + row[k]!)
  }
  for (let k = 0; k < width; k++) row[k] = fround(row[k]! / sum)
}
