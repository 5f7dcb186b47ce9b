import { CELL, type Field, FrameBuffer } from '../../src/core/frame.ts'

/** A record as plain values: by field name, or in the order of the fields. Undefined and null are missing. */
export type PlainRow = Readonly<Record<string, unknown>> | readonly unknown[]

/** How many texts an open dictionary takes in a frame made here. */
const OPEN_LIMIT = 10_000

/**
 * A frame of these rows, with matrix, cells and flags set as a codec sets them. A number field takes numbers (NaN and infinities
 * too), booleans and bigints; a category takes texts; anything else is an `invalid` cell. `frame.value(i)` answers the row as an object.
 *
 * @example const frame = frameOf(model.inputs, [{ alcohol: 9.4, pH: 3.51 }, { alcohol: null, pH: 'high' }])
 */
export function frameOf(fields: readonly Field[], rows: readonly PlainRow[]): FrameBuffer {
  const records = rows.map((row) => recordOf(fields, row))
  const frame = new FrameBuffer()
  frame.reset(fields, rows.length, {
    value: (record) => records[record],
    text: (record, field) => textOf(records[record]![fields[field]!.name]),
  })
  for (let row = 0; row < rows.length; row++) {
    frame.records[row] = row
    let flags = 0
    for (let column = 0; column < fields.length; column++) {
      const field = fields[column]!
      const cell = cellOf(field, records[row]![field.name])
      const at = row * fields.length + column
      frame.matrix[at] = cell.value
      frame.cells[at] = cell.state
      flags |= cell.state
    }
    frame.flags[row] = flags
  }
  frame.rows = rows.length
  return frame
}

function recordOf(fields: readonly Field[], row: PlainRow): Readonly<Record<string, unknown>> {
  if (!isList(row)) return row
  return Object.fromEntries(fields.map((field, i) => [field.name, row[i]]))
}

function isList(row: PlainRow): row is readonly unknown[] {
  return Array.isArray(row)
}

function cellOf(field: Field, value: unknown): { value: number; state: number } {
  if (value === undefined || value === null) return { value: NaN, state: CELL.missing }
  if (field.type === 'value') return { value: NaN, state: CELL.present }
  if (field.type === 'category') {
    if (typeof value !== 'string' || field.dictionary === undefined) return { value: NaN, state: CELL.invalid }
    return { value: codeOf(field, value), state: CELL.present }
  }
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return { value: Number(value), state: CELL.present }
  return { value: NaN, state: CELL.invalid }
}

function codeOf(field: Field, text: string): number {
  const dictionary = field.dictionary!
  return field.open === true && dictionary.size < OPEN_LIMIT ? dictionary.add(text) : dictionary.code(text)
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  const text =
    typeof value === 'string' ? value : JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? Number(part) : part))
  return text.length > 100 ? `${text.slice(0, 99)}…` : text
}
