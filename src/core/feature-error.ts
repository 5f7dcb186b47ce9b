import { type ErrorCode, SluiceError } from './errors.ts'
import { CELL, type Field, type Frame } from './frame.ts'

const CATEGORIES_SHOWN = 8

/**
 * Why a cell of a frame can't be used by a model that needs a value there: absent, ill-typed, a category that the field's
 * dictionary lacks, or a number that is not finite. For models to `reject` the row with.
 */
export function featureError(frame: Frame, row: number, column: number): SluiceError {
  const field = frame.fields[column]!
  const at = row * frame.fields.length + column
  const fault = frame.cells[at] === CELL.present ? undefined : frame.fault?.(row, column)
  if (fault !== undefined) {
    const code = frame.cells[at] === CELL.missing ? 'record.feature.missing' : 'record.feature.invalid'
    return new SluiceError(code, `feature ${fault}`, { details: { feature: field.vector?.name ?? field.name } })
  }
  const text = frame.text(row, column)
  const { code, message } = problem(field, { cell: frame.cells[at]!, value: frame.matrix[at]!, text })
  const details = { feature: field.name, ...(text !== undefined && { value: text }) }
  return new SluiceError(code, message, { details })
}

function problem(field: Field, found: { cell: number; value: number; text: string | undefined }): { code: ErrorCode; message: string } {
  const { cell, value, text } = found
  const wanted = field.type === 'number' ? 'a number' : field.type === 'category' ? 'a text' : 'a value'
  const shown = text === undefined ? 'of another type' : `'${text}'`
  if (cell === CELL.missing)
    return { code: 'record.feature.missing', message: `feature '${field.name}' is absent; the model needs ${wanted}` }
  if (cell === CELL.invalid)
    return { code: 'record.feature.invalid', message: `feature '${field.name}' is ${shown}; the model needs ${wanted}` }
  if (field.type === 'category') {
    const known = field.dictionary!.texts
    const list = known.slice(0, CATEGORIES_SHOWN).join(', ') + (known.length > CATEGORIES_SHOWN ? `, … (${known.length} in all)` : '')
    const message = `feature '${field.name}' is ${shown}; the model knows ${list}`
    return { code: 'record.feature.unknown-category', message }
  }
  return { code: 'record.feature.not-finite', message: `feature '${field.name}' is ${value}; the model needs a finite number` }
}
