import { SluiceError } from '../../../core/errors.ts'
import type { ModelContext } from '../assembly/model-compiler.ts'
import { type ClassPrediction, createClasses, type Prediction, takeClassPrediction } from '../assembly/prediction.ts'
import type { ModelHead } from '../model-plan.ts'

/** The result of whichever of several models was the one, in cells of its own. */
export interface MergedResult {
  readonly prediction: Prediction
  /** Copies the result of the model with this index, or none for -1. */
  copy(segment: number, cells: Float64Array, at: number): void
}

export function mergedResult(head: ModelHead, context: ModelContext, inner: readonly Prediction[]): MergedResult {
  const mixed = head.functionName !== 'regression' && head.functionName !== 'classification'
  const numbers = mixed ? inner.every((prediction) => prediction.kind === 'number') : head.functionName === 'regression'
  const kind = numbers ? 'number' : 'class'
  return kind === 'number' ? mergedNumber(context, inner) : mergedClass(context, inner)
}

function mergedNumber({ assembly }: ModelContext, inner: readonly Prediction[]): MergedResult {
  const from = inner.map((prediction) => (prediction.kind === 'number' ? prediction.value : -1))
  const value = assembly.takeResult()
  return {
    prediction: { kind: 'number', value, type: 'double' },
    copy: (segment, cells, at) => {
      const cell = segment < 0 ? -1 : from[segment]!
      cells[at + value] = cell < 0 ? NaN : cells[at + cell]!
    },
  }
}

function mergedClass({ assembly, target }: ModelContext, inner: readonly Prediction[]): MergedResult {
  const predictions = inner.map((prediction) => (prediction.kind === 'class' ? prediction : undefined))
  const mentioned = new Set(predictions.flatMap((prediction) => prediction?.classes.texts ?? []))
  if (mentioned.size === 0) throw new SluiceError('model.malformed', 'no segment of a classification answers a class')
  const classes = createClasses(target, mentioned, assembly)
  const merged = takeClassPrediction(classes, assembly)
  const orders = predictions.map((prediction) => Int32Array.from(prediction?.classes.texts ?? [], (text) => classes.indexOf(text)))
  const first = merged.probabilities
  return {
    prediction: merged,
    copy: (segment, cells, at) => {
      const from: ClassPrediction | undefined = segment < 0 ? undefined : predictions[segment]
      const winner = from === undefined ? NaN : cells[at + from.winner]!
      const missing = from === undefined || Number.isNaN(winner)
      cells.fill(missing ? NaN : 0, at + first, at + first + classes.texts.length)
      cells[at + merged.winner] = missing ? NaN : orders[segment]![winner]!
      if (missing) return
      const order = orders[segment]!
      for (let i = 0; i < order.length; i++) cells[at + first + order[i]!] = cells[at + from.probabilities + i]!
    },
  }
}
