import type { Batch } from '../../core/batch.ts'
import { type DataTypeReader, MAX_DATA_TYPES } from '../../core/codec.ts'
import { unusableDataType } from '../../core/data-type-readers.ts'
import type { Dictionary } from '../../core/dictionary.ts'
import { SluiceError } from '../../core/errors.ts'
import { CELL, type Field, FrameBuffer } from '../../core/frame.ts'
import type { Outcomes } from '../../core/outcomes.ts'
import type { Framing } from '../framing.ts'
import type { RecordType } from './avro-type.ts'
import { AvroRowReader } from './row-reader.ts'

export interface DataTypeOptions {
  readonly framing: Framing<RecordType>
  readonly reader: RecordType | undefined
  readonly path: string
  readonly dataTypes: Dictionary
}

/** Reads the data type from a text or an enum at a path. It stops there: whether the rest of the record can be read is for the row reader to find out. */
export function createDataTypeReader({ framing, reader, path, dataTypes }: DataTypeOptions): DataTypeReader {
  const missing = new SluiceError(
    'record.data-type.missing',
    `the record has no text in its field '${path}', which is to hold its data type`,
  )
  const unusable = unusableDataType(`field '${path}'`)
  const field: Field = { name: path, type: 'category', dictionary: dataTypes, open: true, required: true }
  const rows = new AvroRowReader({ framing, reader, fields: [{ field, path }], partial: true, limit: MAX_DATA_TYPES })
  const frame = new FrameBuffer()
  let records = new Int32Array(0)
  return {
    read(batch: Batch, types: Int32Array, outcomes: Outcomes): void {
      if (records.length < batch.count) records = new Int32Array(batch.count * 2)
      let count = 0
      for (let i = 0; i < batch.count; i++) if (outcomes.rejected[i] === 0) records[count++] = i
      rows.read(batch, records, count, frame, outcomes)
      for (let row = 0; row < frame.rows; row++) {
        const record = frame.records[row]!
        const code = frame.matrix[row]!
        if (frame.cells[row] !== CELL.present || (code >= 0 && dataTypes.encoded(code).length === 0)) outcomes.reject(record, missing)
        // A text that could not be learned is none, unless no more are learned.
        else if (code < 0 && dataTypes.size < MAX_DATA_TYPES) outcomes.reject(record, unusable)
        else types[record] = code
      }
    },
  }
}
