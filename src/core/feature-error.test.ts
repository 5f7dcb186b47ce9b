import { expect, test } from 'vitest'
import { Dictionary } from './dictionary.ts'
import { featureError } from './feature-error.ts'
import { CELL, type Field, FrameBuffer } from './frame.ts'

const AGE: Field = { name: 'age', type: 'number', required: true }
const COLOUR: Field = { name: 'colour', type: 'category', dictionary: new Dictionary(['red', 'green']), required: true }

test('a cell that is absent, ill-typed, unknown or not finite has the code and the words for it', () => {
  expect(errorOf(AGE, CELL.missing, Number.NaN)).toEqual(['record.feature.missing', "feature 'age' is absent; the model needs a number"])
  expect(errorOf(AGE, CELL.invalid, Number.NaN, 'old')).toEqual([
    'record.feature.invalid',
    "feature 'age' is 'old'; the model needs a number",
  ])
  expect(errorOf(COLOUR, CELL.invalid, Number.NaN)).toEqual([
    'record.feature.invalid',
    "feature 'colour' is of another type; the model needs a text",
  ])
  expect(errorOf(COLOUR, CELL.present, -1, 'blue')).toEqual([
    'record.feature.unknown-category',
    "feature 'colour' is 'blue'; the model knows red, green",
  ])
  expect(errorOf(AGE, CELL.present, Number.NEGATIVE_INFINITY, '-1e999')).toEqual([
    'record.feature.not-finite',
    "feature 'age' is -Infinity; the model needs a finite number",
  ])
})

test('a long list of categories is shortened', () => {
  const dictionary = new Dictionary(Array.from({ length: 30 }, (_, i) => `c${i}`))
  const [, message] = errorOf({ ...COLOUR, dictionary }, CELL.present, -1, 'blue')
  expect(message).toBe("feature 'colour' is 'blue'; the model knows c0, c1, c2, c3, c4, c5, c6, c7, … (30 in all)")
})

function errorOf(field: Field, cell: number, value: number, text?: string): [string, string] {
  const frame = new FrameBuffer()
  frame.reset([AGE, field], 2, { value: () => undefined, text: () => text })
  frame.rows = 2
  frame.cells[3] = cell
  frame.matrix[3] = value
  const error = featureError(frame, 1, 1)
  expect(error.details['feature']).toBe(field.name)
  expect(error.details['value']).toBe(text)
  return [error.code, error.message]
}
