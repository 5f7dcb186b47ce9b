import { type Batch, INDEX } from '../../core/batch.ts'
import type { BoundField, RowReader } from '../../core/codec.ts'
import { CELL, type Field, type FrameBuffer } from '../../core/frame.ts'
import type { Outcomes } from '../../core/outcomes.ts'
import type { Framing } from '../framing.ts'
import { malformedRecord } from './avro-errors.ts'
import { AvroRows } from './avro-rows.ts'
import type { AvroField, RecordType } from './avro-type.ts'
import { ByteWriter } from './byte-writer.ts'
import { compileReader, type RecordReader } from './reader-source.ts'
import { checkPath, type Want } from './resolve-field.ts'
import { encodeDefault } from './value-encoder.ts'

export interface RowReaderOptions {
  readonly framing: Framing<RecordType>
  /** The schema that the fields are of; undefined where each record's own is. */
  readonly reader: RecordType | undefined
  readonly fields: readonly BoundField[]
  /** Records are read only as far as the last of the fields. */
  readonly partial?: boolean
  /** How many texts an open dictionary may learn. */
  readonly limit?: number
}

/** A reader of rows with an inner loop that is compiled for these fields, once for each schema that records were written with. */
export class AvroRowReader implements RowReader {
  readonly #options: RowReaderOptions
  readonly #columns: readonly Field[]
  readonly #compiled: RecordReader[] = []

  /** Throws `codec.schema.invalid` where a path is not in the reader's schema. */
  constructor(options: RowReaderOptions) {
    const { reader, fields } = options
    this.#options = options
    this.#columns = fields.map((bound) => bound.field)
    if (reader === undefined) return
    for (const { path, field } of fields) if (path !== undefined) checkPath(reader, path, field.type !== 'value')
  }

  read(batch: Batch, records: Int32Array, count: number, frame: FrameBuffer, outcomes: Outcomes): void {
    const { framing, fields } = this.#options
    const { batch: values, schemas } = framing.open(batch)
    const typeOf = (record: number): RecordType => framing.schema(schemas[record]!)
    frame.reset(this.#columns, count, new AvroRows(values, fields, typeOf))
    const { bytes, index } = values
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const { matrix, cells, flags } = frame
    const width = this.#columns.length
    let rows = 0
    for (let i = 0; i < count; i++) {
      const record = records[i]!
      const code = schemas[record]!
      if (code < 0) {
        outcomes.reject(record, framing.problem(batch, record))
        continue
      }
      const at = index[record * INDEX.stride + INDEX.valueAt]!
      const end = at + index[record * INDEX.stride + INDEX.valueLength]!
      const read = this.#compiled[code] ?? this.#compile(code)
      const result = read(bytes, view, at, end, matrix, cells, rows * width)
      if (result < 0) outcomes.reject(record, malformedRecord(typeOf(record).name, end - at))
      else {
        flags[rows] = result
        frame.records[rows++] = record
      }
    }
    frame.rows = rows
  }

  #compile(code: number): RecordReader {
    return (this.#compiled[code] = compileReader({
      ...this.#options,
      writer: this.#options.framing.schema(code),
      defaultCell: (field, rest) => this.#defaultCell(field, rest),
    }))
  }

  /** What a reader makes of a default: it is encoded and read, as if the writer had written it. */
  #defaultCell(field: AvroField, { column, steps }: Want): { readonly value: number; readonly cell: number } {
    const matrix = new Float64Array(1)
    const cells = Uint8Array.of(CELL.missing)
    const out = new ByteWriter()
    try {
      encodeDefault(field.type, field.default, out)
    } catch {
      // A default that is not of its type is none (Avro's own parsers refuse it, or ignore it).
      return { value: Number.NaN, cell: CELL.missing }
    }
    const bytes = out.finish()
    const path = [field.name, ...steps].join('.')
    const read = compileReader({
      writer: { kind: 'record', name: field.name, fields: [field] },
      reader: undefined,
      fields: [{ field: this.#columns[column]!, path }],
      defaultCell: () => ({ value: Number.NaN, cell: CELL.missing }),
    })
    read(bytes, new DataView(bytes.buffer), 0, bytes.length, matrix, cells, 0)
    return { value: matrix[0]!, cell: cells[0]! }
  }
}
