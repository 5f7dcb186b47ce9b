import { SluiceError } from '../../../core/errors.ts'
import { CELL, type Field, FrameBuffer } from '../../../core/frame.ts'
import type { Model } from '../../../core/model.ts'
import { Scores } from '../../../core/scores.ts'
import { parseBoolean, parseReal } from '../values/literal.ts'
import type { VerificationField, VerificationPlan } from './verification-plan.ts'

/** Finer than this, the mathematical functions of languages differ from each other. */
const FINEST_PRECISION = 1e-11

/** Scores the records that travel with a document; throws `model.golden.mismatch` where a result is not the one that is there. */
export function verifyModel(model: Model, plan: VerificationPlan): void {
  const results = resultsIn(model, plan)
  if (results.length === 0 || plan.rows.length === 0) return
  const scores = new Scores()
  scores.reset(model.outputs, plan.rows.length)
  void model.score(frameOf(model.inputs, plan), scores)
  for (const [row, cells] of plan.rows.entries()) {
    for (const { field, column, output } of results) {
      const expected = cells[column]
      if (expected === undefined || expected === '') continue
      const actual = scores.rejected[row] === 1 ? undefined : valueOf(scores, row, output)
      if (actual !== undefined && isSame(actual, expected, field)) continue
      const given = actual === undefined ? `none (${scores.error(row)?.message ?? 'it is missing'})` : JSON.stringify(actual)
      throw new SluiceError(
        'model.golden.mismatch',
        `record ${row + 1} of the document's <ModelVerification> has ${field.name} = ${JSON.stringify(expected)}; the model's answer is ${given}`,
        { details: { record: row + 1, field: field.name } },
      )
    }
  }
}

interface Result {
  readonly field: VerificationField
  readonly column: number
  readonly output: number
}

function resultsIn({ inputs, outputs }: Model, { fields }: VerificationPlan): readonly Result[] {
  return fields.flatMap((field, column) => {
    const output = outputs.findIndex(({ name }) => name === field.name)
    return output < 0 || inputs.some(({ name }) => name === field.name) ? [] : [{ field, column, output }]
  })
}

function valueOf(scores: Scores, row: number, output: number): number | string | undefined {
  const value = scores.values[row * scores.outputs.length + output]!
  const { type, dictionary } = scores.outputs[output]!
  if (type === 'number') return Number.isNaN(value) ? undefined : value
  return value >= 0 ? dictionary!.text(value) : undefined
}

/** PMML 4.4.1, ModelVerification: precision is relative, but for numbers that count as zero. */
function isSame(actual: number | string, expected: string, { precision, zeroThreshold }: VerificationField): boolean {
  if (actual === expected) return true
  const [left, right] = [typeof actual === 'number' ? actual : numberIn(actual), numberIn(expected)]
  if (Math.abs(right) <= zeroThreshold && Math.abs(left) <= zeroThreshold) return true
  const allowed = Math.abs(right) * Math.max(precision, FINEST_PRECISION)
  return Math.abs(left - right) <= allowed
}

function numberIn(text: string): number {
  const number = parseReal(text)
  return Number.isNaN(number) ? parseBoolean(text) : number
}

function frameOf(inputs: readonly Field[], { fields, rows }: VerificationPlan): FrameBuffer {
  const columns = inputs.map((input) => fields.findIndex((field) => field.name === input.name))
  const records = rows.map((row) => Object.fromEntries(inputs.map(({ name }, i) => [name, row[columns[i]!]])))
  const frame = new FrameBuffer()
  frame.reset(inputs, rows.length, {
    value: (record) => records[record],
    text: (record, field) => records[record]![inputs[field]!.name],
  })
  for (const [row, texts] of rows.entries()) {
    frame.records[row] = row
    for (const [i, input] of inputs.entries()) {
      const cell = row * inputs.length + i
      const text = texts[columns[i]!]
      frame.cells[cell] = text === undefined ? CELL.missing : CELL.present
      frame.matrix[cell] = text === undefined ? NaN : cellOf(input, text)
      if (text !== undefined && input.type === 'number' && Number.isNaN(frame.matrix[cell]) && text.trim() !== 'NaN')
        frame.cells[cell] = CELL.invalid
      frame.flags[row]! |= frame.cells[cell] ?? 0
    }
  }
  frame.rows = rows.length
  return frame
}

function cellOf({ type, dictionary, open }: Field, text: string): number {
  if (type === 'value') return NaN
  if (type === 'category') return open === true ? dictionary!.add(text) : dictionary!.code(text)
  return numberIn(text)
}
