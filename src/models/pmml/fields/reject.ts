import { type ErrorCode, SluiceError } from '../../../core/errors.ts'
import type { Frame } from '../../../core/frame.ts'
import { familyOf } from '../values/data-type.ts'
import type { Input } from './input.ts'
import type { Problem } from './treatment.ts'

const SHOWN_VALUES = 10

/** The error for a row whose value of a field can't be taken. */
export function inputRejection(input: Input, problem: Problem, cell: { frame: Frame; row: number; column: number }): SluiceError {
  const { data } = input
  const given = cell.frame.text(cell.row, cell.column) ?? String(cell.frame.matrix[cell.row * cell.frame.fields.length + cell.column])
  const details = { field: data.name }
  switch (problem) {
    case 'missing':
      return new SluiceError('record.feature.missing', `the field '${data.name}' is missing; the model needs it`, { details })
    case 'not-finite':
      return new SluiceError('record.feature.not-finite', `the field '${data.name}' is ${given}; the model needs a finite number`, {
        details,
      })
    case 'type':
      return new SluiceError('record.feature.invalid', `the field '${data.name}' is ${quote(given)}; it must be of type ${data.dataType}`, {
        details,
      })
    case 'value': {
      const code: ErrorCode = familyOf(data.dataType) === 'text' ? 'record.feature.unknown-category' : 'record.feature.invalid'
      return new SluiceError(code, `the field '${data.name}' is ${quote(given)}; allowed are ${allowed(input)}`, {
        details: { ...details, value: given },
      })
    }
  }
}

/** The error for a row that has no result because fields are missing. */
export function missingRejection(names: readonly string[]): SluiceError {
  const fields = names.map((name) => `'${name}'`).join(', ')
  return new SluiceError('record.feature.missing', `the model has no result where ${fields} ${names.length === 1 ? 'is' : 'are'} missing`, {
    details: { fields: names.join(', ') },
  })
}

function allowed({ data }: Input): string {
  if (data.values.length > 0) {
    const shown = data.values.slice(0, SHOWN_VALUES).map(quote).join(', ')
    return data.values.length > SHOWN_VALUES ? `${shown} and ${data.values.length - SHOWN_VALUES} more` : shown
  }
  if (data.intervals.length === 0) return `values of type ${data.dataType}`
  return data.intervals
    .map(({ low, high, closedLow, closedHigh }) => `${closedLow ? '[' : '('}${low}, ${high}${closedHigh ? ']' : ')'}`)
    .join(' or ')
}

function quote(text: string): string {
  return `'${text}'`
}
