import { asSluiceError, SluiceError } from '../../core/errors.ts'
import { CELL, type Field, type Frame } from '../../core/frame.ts'
import type { Model } from '../../core/model.ts'
import type { OutputField, Scores } from '../../core/scores.ts'
import { rejectUnusableRows } from './inputs.ts'
import type { AnswerReader } from './outputs.ts'

interface Columns {
  readonly inputs: readonly Field[]
  readonly outputs: readonly OutputField[]
}

export interface FrameFunction extends Columns {
  readonly scoreFrame: (frame: Frame, scores: Scores) => void | Promise<void>
}

/** A model that hands whole frames to a function. */
export function createFrameModel({ inputs, outputs, scoreFrame }: FrameFunction): Model {
  return {
    inputs,
    outputs,
    score(frame, scores) {
      rejectUnusableRows(frame, scores)
      try {
        const pending = scoreFrame(frame, scores)
        if (pending === undefined) return rejectUnusableAnswers(scores)
        return pending.then(() => rejectUnusableAnswers(scores), modelFailed)
      } catch (error) {
        return modelFailed(error)
      }
    },
    [Symbol.dispose]() {},
  }
}

export interface RowFunction extends Columns {
  readonly score: (row: never) => unknown
  /** One per output. */
  readonly readers: readonly AnswerReader[]
  /** Where a `value` input is in the record, where that is not its name. */
  readonly paths: Readonly<Record<string, string>>
}

/** A model that calls a function for each usable row. */
export function createRowModel({ inputs, outputs, score, readers, paths }: RowFunction): Model {
  const places = inputs.map((field) => (paths[field.name] ?? field.name).split('.'))
  // One object for all rows: its properties change from call to call, the object does not.
  const values: Record<string, unknown> = Object.fromEntries(inputs.map((field) => [field.name, undefined]))
  const fill = (frame: Frame, row: number): void => {
    for (let column = 0; column < inputs.length; column++) {
      const { name, type, dictionary } = inputs[column]!
      const cell = row * inputs.length + column
      if (frame.cells[cell] !== CELL.present) values[name] = undefined
      else if (type === 'number') values[name] = frame.matrix[cell]
      else if (type === 'category') values[name] = dictionary!.text(frame.matrix[cell]!)
      else values[name] = valueAt(frame.value(row), places[column]!)
    }
  }
  return {
    inputs,
    outputs,
    score(frame, scores) {
      rejectUnusableRows(frame, scores)
      for (let row = 0; row < frame.rows; row++) {
        if (scores.rejected[row] === 1) continue
        try {
          fill(frame, row)
          const answer = score(values as never)
          for (let o = 0; o < readers.length; o++) scores.values[row * readers.length + o] = readers[o]!(answer)
        } catch (error) {
          scores.reject(row, rowError(error))
        }
      }
    },
    [Symbol.dispose]() {},
  }
}

function rowError(error: unknown): SluiceError {
  if (error instanceof SluiceError && error.scope === 'record') return error
  const reason = error instanceof Error ? error.message : String(error)
  return new SluiceError('record.score.failed', `the function threw: ${reason}`, { cause: error })
}

function valueAt(record: unknown, place: readonly string[]): unknown {
  let value = record
  for (const key of place) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  return value
}

function rejectUnusableAnswers(scores: Scores): void {
  const { outputs, values } = scores
  for (let row = 0; row < scores.rows; row++) {
    for (let o = 0; o < outputs.length; o++) {
      const value = values[row * outputs.length + o]!
      const output = outputs[o]!
      if (value === Infinity || value === -Infinity || (o === 0 && Number.isNaN(value))) scores.reject(row, notFinite(output, value))
      else if (o === 0 && output.type === 'label' && !(value >= 0 && value < output.dictionary!.size)) {
        scores.reject(row, new SluiceError('record.score.failed', `the function gave no label for its first output '${output.name}'`))
      }
    }
  }
}

function notFinite(output: OutputField, value: number): SluiceError {
  return new SluiceError('record.score.not-finite', `output '${output.name}' is ${value}`)
}

function modelFailed(error: unknown): never {
  throw asSluiceError(error, 'model.runtime.failed', 'the function failed on a frame')
}
