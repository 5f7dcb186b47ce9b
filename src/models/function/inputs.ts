import { Dictionary } from '../../core/dictionary.ts'
import { featureError } from '../../core/feature-error.ts'
import { CELL, type Field, type Frame } from '../../core/frame.ts'
import type { Scores } from '../../core/scores.ts'

/**
 * What a function takes as one input: a number, a text of any kind, one of these texts, or whatever the record has there.
 * With `?` the record may lack it, and the function gets undefined.
 */
export type InputType = 'number' | 'number?' | 'category' | 'category?' | 'value' | 'value?' | readonly string[]

/** The inputs by name; a plain list of names means required numbers. */
export type InputTypes = readonly string[] | Readonly<Record<string, InputType>>

type ValueOf<T extends InputType> = T extends 'number'
  ? number
  : T extends 'number?'
    ? number | undefined
    : T extends 'category'
      ? string
      : T extends 'category?'
        ? string | undefined
        : T extends readonly (infer Text)[]
          ? Text
          : unknown

/** What a per-row function gets: its inputs by name. */
export type RowOf<I extends InputTypes> = I extends readonly (infer Name extends string)[]
  ? { readonly [K in Name]: number }
  : I extends Readonly<Record<string, InputType>>
    ? { readonly [K in keyof I]: ValueOf<I[K]> }
    : never

/** The fields of these inputs, with dictionaries of their own. */
export function fieldsOf(inputs: InputTypes): readonly Field[] {
  if (isNames(inputs)) return inputs.map((name) => ({ name, type: 'number', required: true }))
  return Object.entries(inputs).map(([name, type]) => {
    if (typeof type === 'object') return { name, type: 'category', dictionary: new Dictionary(type), required: true }
    const required = !type.endsWith('?')
    if (type.startsWith('category')) return { name, type: 'category', dictionary: new Dictionary(), open: true, required }
    return { name, type: type.startsWith('number') ? 'number' : 'value', required }
  })
}

function isNames(inputs: InputTypes): inputs is readonly string[] {
  return Array.isArray(inputs)
}

/** Rejects each row that lacks a required input, or has one that is not of its type, not finite or not a known category. */
export function rejectUnusableRows(frame: Frame, scores: Scores): void {
  const { fields, matrix, cells, flags } = frame
  const width = fields.length
  for (let row = 0; row < frame.rows; row++) {
    const whole = flags[row] === 0
    for (let column = 0; column < width; column++) {
      const at = row * width + column
      if (!whole && cells[at] !== CELL.present) {
        if (cells[at] === CELL.missing && !fields[column]!.required) continue
      } else {
        const value = matrix[at]!
        const { type } = fields[column]!
        if (type === 'value' || (type === 'number' ? Number.isFinite(value) : value >= 0)) continue
      }
      scores.reject(row, featureError(frame, row, column))
      break
    }
  }
}
