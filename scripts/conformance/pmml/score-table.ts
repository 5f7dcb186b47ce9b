import type { SluiceError } from '../../../src/core/errors.ts'
import type { Field } from '../../../src/core/frame.ts'
import type { Model } from '../../../src/core/model.ts'
import { scoreFrame } from '../../../test/contracts/answers.ts'
import { frameOf } from '../../../test/contracts/frame-of.ts'
import { isMissing, type Table } from './csv.ts'
import { type Actual, numberOf } from './equivalence.ts'

/** A model's answers to many records, by output; and, per record, why it is rejected. */
export interface Answers {
  readonly names: readonly string[]
  readonly value: (row: number, output: number) => Actual
  readonly rejection: (row: number) => SluiceError | undefined
}

const NO_RESULT = new Set(['record.score.not-finite', 'record.feature.missing'])

/** Scores records that are plain values. A record that is rejected because the model has no result still has its other outputs. */
export async function scoreRecords(model: Model, records: readonly Readonly<Record<string, unknown>>[]): Promise<Answers> {
  const frame = frameOf(
    model.inputs,
    records.map((record) => Object.fromEntries(model.inputs.map((field) => [field.name, typed(field, record[field.name])]))),
  )
  const scores = await scoreFrame(model, frame)
  const { outputs } = model
  return {
    names: outputs.map((output) => output.name),
    rejection: (row) => scores.error(row),
    value: (row, i) => {
      const error = scores.error(row)
      if (error !== undefined && !NO_RESULT.has(error.code)) return null
      const value = scores.values[row * outputs.length + i]!
      const output = outputs[i]!
      if (output.type === 'number') return Number.isNaN(value) ? null : value
      return value >= 0 ? output.dictionary!.text(value) : null
    },
  }
}

/** A plain value as the field wants it: a text that stands for a number is that number, and the other way round. */
function typed(field: Field, value: unknown): unknown {
  if (value === null || value === undefined) return undefined
  if (field.type === 'number' && typeof value === 'string') {
    const number = numberOf(value)
    return Number.isNaN(number) && value !== 'NaN' ? value : number
  }
  if (field.type === 'category' && (typeof value === 'number' || typeof value === 'boolean')) return String(value)
  return value
}

/** The records of a table. A column `x[3]` that it lacks is its fourth column; a grouped table has one record a group. */
export function recordsOf(model: Model, table: Table, groupBy: string | undefined): readonly Readonly<Record<string, unknown>>[] {
  const names = model.inputs.map((input) => input.name)
  const columns = names.map((name) => {
    const found = table.columns.indexOf(name)
    const index = /\[(\d+)\]$/.exec(name)?.[1]
    return found >= 0 || index === undefined ? found : Number(index)
  })
  const read = (row: readonly string[]): Record<string, unknown> => {
    const record: Record<string, unknown> = {}
    for (const [i, column] of columns.entries()) {
      const cell = row[column]
      if (cell !== undefined && !isMissing(cell)) record[names[i]!] = cell
    }
    return record
  }
  if (groupBy === undefined) return table.rows.map(read)
  const key = table.columns.indexOf(groupBy)
  const groups = new Map<string, Record<string, unknown[]>>()
  for (const row of table.rows) {
    let group = groups.get(row[key]!)
    if (group === undefined) groups.set(row[key]!, (group = Object.fromEntries(names.map((name) => [name, []]))))
    for (const [name, value] of Object.entries(read(row))) group[name]!.push(value)
  }
  return [...groups.values()]
}
