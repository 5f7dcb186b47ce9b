import type { Batch } from '../../core/batch.ts'
import type { BoundField, Codec, RowReader } from '../../core/codec.ts'
import { Dictionary } from '../../core/dictionary.ts'
import type { SluiceError } from '../../core/errors.ts'
import { CELL, type Field, FrameBuffer } from '../../core/frame.ts'
import { Outcomes } from '../../core/outcomes.ts'

export const MISSING = 'missing'
export const INVALID = 'invalid'

/** A row in plain values: a number (NaN too), a category as `[its text]` or `[-1]`, `MISSING`, `INVALID`, or what `value` fields hold: `present`. */
export type Row = readonly (number | readonly [string | -1] | string)[]

/** For tests: a bound field that takes the record's field of the same name. */
export function bound(
  name: string,
  type: Field['type'] | readonly string[] = 'number',
  binding: Partial<BoundField> & Partial<Field> = {},
): BoundField {
  const dictionary = typeof type === 'string' ? new Dictionary() : new Dictionary(type)
  const { path = name, guessed, open, list } = binding
  const field: Field = {
    name,
    type: typeof type === 'string' ? type : 'category',
    ...((typeof type !== 'string' || type === 'category') && { dictionary }),
    ...(open !== undefined && { open }),
    required: true,
  }
  return {
    field,
    path: 'path' in binding ? binding.path : path,
    ...(guessed !== undefined && { guessed }),
    ...(list !== undefined && { list }),
  }
}

export interface Rows {
  readonly rows: (Row | SluiceError)[]
  readonly frame: FrameBuffer
}

/** For tests: all records of a batch, each as its row or as why it was rejected; and the frame. Checks that the flags are those of the cells. */
export function readRows(codec: Codec, fields: readonly BoundField[], batch: Batch): Rows {
  return readRowsWith({ reader: codec.reader(fields), fields }, batch)
}

/** What reads rows, and may have read others before. */
export interface Reading {
  readonly reader: RowReader
  readonly fields: readonly BoundField[]
  readonly frame?: FrameBuffer
}

/** As `readRows`, with a reader and a frame that may have been used before. */
export function readRowsWith({ reader, fields, frame = new FrameBuffer() }: Reading, batch: Batch): Rows {
  const outcomes = new Outcomes()
  outcomes.reset(batch.count)
  const records = Int32Array.from({ length: batch.count }, (_, i) => i)
  reader.read(batch, records, batch.count, frame, outcomes)
  const rows: (Row | SluiceError)[] = []
  for (let record = 0; record < batch.count; record++) {
    const error = outcomes.error(record)
    if (error !== undefined) rows.push(error)
  }
  if (frame.rows + outcomes.rejections !== batch.count)
    throw new Error(`${frame.rows} rows and ${outcomes.rejections} rejections of ${batch.count}`)
  for (let row = 0; row < frame.rows; row++) rows.splice(frame.records[row]!, 0, rowOf(frame, row, fields))
  return { rows, frame }
}

function rowOf(frame: FrameBuffer, row: number, fields: readonly BoundField[]): Row {
  let flags = 0
  const plain = fields.map(({ field }, column) => {
    const at = row * fields.length + column
    const cell = frame.cells[at]!
    const value = frame.matrix[at]!
    flags |= cell
    if (cell !== CELL.present && !Number.isNaN(value)) throw new Error(`a cell without a value holds ${value}`)
    if (cell === CELL.missing) return MISSING
    if (cell === CELL.invalid) return INVALID
    if (field.type === 'value') return 'present'
    if (field.type === 'number') return value
    return [value === -1 ? -1 : field.dictionary!.text(value)] as const
  })
  if (frame.flags[row] !== flags) throw new Error(`the flags of row ${row} are ${frame.flags[row]}, not ${flags}`)
  return plain
}
