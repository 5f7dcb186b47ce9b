import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { type Batch, keyOf, offsetOf, valueOf } from '../core/batch.ts'
import { HeaderCursor } from '../core/headers.ts'
import type { FileEncoder, FileFormat } from './encoding.ts'

/** A row group has about so many bytes of records: what is made at once, and kept in memory until then. */
const ROW_GROUP_BYTES = 1024 * 1024
const ROW_GROUP_ROWS = 20_000

type Schema = ConstructorParameters<typeof ParquetWriter>[0]['schema']

/** Headers are a list in their order, since a name may come more than once. */
const SCHEMA: Schema = [
  { name: 'record', num_children: 7 },
  { name: 'topic', type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' }, repetition_type: 'REQUIRED' },
  { name: 'partition', type: 'INT32', repetition_type: 'REQUIRED' },
  { name: 'offset', type: 'INT64', repetition_type: 'REQUIRED' },
  { name: 'timestamp', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'REQUIRED' },
  { name: 'key', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
  { name: 'value', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
  { name: 'headers', converted_type: 'LIST', logical_type: { type: 'LIST' }, repetition_type: 'REQUIRED', num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', repetition_type: 'REQUIRED', num_children: 2 },
  { name: 'name', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' },
  { name: 'value', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
]

interface ArchivedHeader {
  readonly name: Uint8Array
  readonly value: Uint8Array | null
}

/** The columns of a row group that is being gathered. */
class Columns {
  readonly topic: string[] = []
  readonly partition: number[] = []
  readonly offset: bigint[] = []
  readonly timestamp: bigint[] = []
  readonly key: (Uint8Array | null)[] = []
  readonly value: (Uint8Array | null)[] = []
  readonly headers: ArchivedHeader[][] = []
  bytes = 0

  add(batch: Batch, i: number): void {
    this.topic.push(batch.topic)
    this.partition.push(batch.partition)
    this.offset.push(offsetOf(batch, i))
    this.timestamp.push(BigInt(batch.timestamps[i]!))
    this.key.push(this.#copy(keyOf(batch, i)))
    this.value.push(this.#copy(valueOf(batch, i)))
    const headers: ArchivedHeader[] = []
    const cursor = new HeaderCursor()
    cursor.start(batch, i)
    while (cursor.next()) {
      const { nameAt, nameLength, valueAt, valueLength } = cursor
      const value = valueLength < 0 ? undefined : batch.bytes.subarray(valueAt, valueAt + valueLength)
      headers.push({ name: this.#copy(batch.bytes.subarray(nameAt, nameAt + nameLength))!, value: this.#copy(value) })
    }
    this.headers.push(headers)
    this.bytes += 64
  }

  #copy(bytes: Uint8Array | undefined): Uint8Array | null {
    if (bytes === undefined) return null
    this.bytes += bytes.length
    return bytes.slice()
  }
}

/**
 * Parquet: columns `topic`, `partition`, `offset`, `timestamp` (ms, UTC), `key` and `value` (bytes, or null) and `headers`, a list of
 * `{name, value}` as bytes.
 */
export const parquet: FileFormat = {
  extension: 'parquet',
  createEncoder: () => new ParquetEncoder(),
}

class ParquetEncoder implements FileEncoder {
  readonly #bytes = new ByteWriter()
  readonly #writer = new ParquetWriter({ writer: this.#bytes, schema: SCHEMA, createdBy: 'sluice' })
  #columns = new Columns()

  add(batch: Batch, taken: readonly number[]): Uint8Array {
    for (const i of taken) {
      this.#columns.add(batch, i)
      if (this.#columns.bytes >= ROW_GROUP_BYTES || this.#columns.offset.length >= ROW_GROUP_ROWS) this.#writeRowGroup()
    }
    return this.#take()
  }

  end(): Uint8Array {
    this.#writeRowGroup()
    void this.#writer.finish()
    return this.#take()
  }

  #writeRowGroup(): void {
    const { bytes: _, ...columns } = this.#columns
    const rowGroupSize = columns.offset.length
    if (rowGroupSize === 0) return
    const columnData = Object.entries(columns).map(([name, data]) => ({ name, data }))
    void this.#writer.write({ columnData, rowGroupSize })
    this.#columns = new Columns()
  }

  #take(): Uint8Array {
    const taken = this.#bytes.getBytes().slice()
    this.#bytes.index = 0
    return taken
  }
}
