import { type Batch, INDEX } from '../../core/batch.ts'
import { SluiceError } from '../../core/errors.ts'
import type { RecordBatchWriter } from '../../core/record-batch-writer.ts'
import type { Framing, Payloads } from '../framing.ts'
import { guidText, SchemaIdReader, schemaPrefix } from './schema-id.ts'
import type { KnownSchema, SchemaKey, SchemaTable } from './schema-table.ts'

export interface ConfluentFramingOptions<S> {
  readonly table: SchemaTable<S>
  /** For protobuf: the places of the stream's message, which the records must be of. */
  readonly indexes?: readonly number[]
  /** The number of the schema that records from JSON are written with now. */
  readonly ownId: () => number | undefined
  /** Called with every batch. */
  readonly onPrepare: () => void
}

const NOT_THERE = -1

/** Values that say their schema as Confluent's serializers do; see `SchemaIdReader`. */
export class ConfluentFraming<S> implements Framing<S> {
  readonly #options: ConfluentFramingOptions<S>
  readonly #reader: SchemaIdReader
  readonly #opened = new WeakMap<Batch, Payloads>()
  /** The schema of the record before, which most often is that of the next. */
  #last: KnownSchema<S> | undefined
  #lastId = -1
  readonly #lastGuid = new Uint8Array(16)

  constructor(options: ConfluentFramingOptions<S>) {
    this.#options = options
    this.#reader = new SchemaIdReader(options.indexes !== undefined)
  }

  prepare(batch: Batch, answering: boolean): Promise<void> | undefined {
    const { table, onPrepare } = this.#options
    onPrepare()
    let missing: Set<SchemaKey> | undefined
    for (let i = 0; i < batch.count; i++) {
      if (batch.index[i * INDEX.stride + INDEX.valueLength]! < 0 || !this.#reader.read(batch, i)) continue
      const known = this.#known(batch.bytes)
      if (known !== undefined && (!answering || known.prefix !== undefined)) continue
      const key = this.#key(batch.bytes)
      if (table.isMissing(key, answering)) (missing ??= new Set()).add(key)
    }
    return missing === undefined ? undefined : this.#learn(missing, answering, batch)
  }

  open(batch: Batch): Payloads {
    const opened = this.#opened.get(batch)
    if (opened !== undefined) return opened
    const index = batch.index.slice(0, batch.count * INDEX.stride)
    const schemas = new Int32Array(batch.count).fill(NOT_THERE)
    for (let i = 0; i < batch.count; i++) {
      const cell = i * INDEX.stride
      if (index[cell + INDEX.valueLength]! < 0 || !this.#reader.read(batch, i)) continue
      const known = this.#known(batch.bytes)
      if (known === undefined || known.problem !== undefined || !this.#isMessage()) continue
      schemas[i] = known.code
      const moved = this.#reader.payloadAt - index[cell + INDEX.valueAt]!
      index[cell + INDEX.valueAt] = this.#reader.payloadAt
      index[cell + INDEX.valueLength]! -= moved
    }
    const payloads = { batch: withIndex(batch, index), schemas }
    this.#opened.set(batch, payloads)
    return payloads
  }

  schema(code: number): S {
    return this.#options.table.entries[code]!.parsed
  }

  problem(batch: Batch, record: number): SluiceError {
    if (!this.#reader.read(batch, record)) return MISSING
    const known = this.#known(batch.bytes)
    if (known !== undefined && known.problem === undefined && !this.#isMessage()) return this.#otherMessage()
    return this.#options.table.problem(this.#key(batch.bytes))
  }

  startAnswer(batch: Batch, record: number, out: RecordBatchWriter): void {
    this.#reader.read(batch, record)
    const prefix = this.#known(batch.bytes)!.prefix!
    out.copy(prefix, 0, prefix.length)
  }

  unframe(value: Uint8Array): { readonly payload: Uint8Array; readonly schema: S } {
    const batch = batchOfOne(value)
    if (!this.#reader.read(batch, 0)) throw MISSING
    const known = this.#known(value)
    if (known === undefined) throw this.#options.table.problem(this.#key(value))
    if (!this.#isMessage()) throw this.#otherMessage()
    return { payload: value.subarray(this.#reader.payloadAt), schema: known.parsed }
  }

  frame(payload: Uint8Array): Uint8Array {
    const { indexes } = this.#options
    const ownId = this.#options.ownId()
    if (ownId === undefined) {
      throw new SluiceError('record.schema.unknown', 'the registry has no schema for the stream yet with which a record could be written')
    }
    const prefix = schemaPrefix(ownId, indexes)
    const value = new Uint8Array(prefix.length + payload.length)
    value.set(prefix)
    value.set(payload, prefix.length)
    return value
  }

  async #learn(keys: ReadonlySet<SchemaKey>, answering: boolean, batch: Batch): Promise<void> {
    const { table } = this.#options
    // Looked at again, since there may be too many that the registry does not have.
    for (const key of keys) if (table.isMissing(key, answering)) await table.learn(key, answering)
    // What was opened before it was known is to be opened again.
    this.#opened.delete(batch)
  }

  /** The schema that the reader has just found the name of. */
  #known(bytes: Uint8Array): KnownSchema<S> | undefined {
    const { id, guidAt } = this.#reader
    if (id >= 0 ? id === this.#lastId : this.#lastId < 0 && this.#isLastGuid(bytes, guidAt)) return this.#last
    const known = this.#options.table.get(this.#key(bytes))
    if (known !== undefined) {
      this.#last = known
      this.#lastId = id
      if (id < 0) this.#lastGuid.set(bytes.subarray(guidAt, guidAt + 16))
    }
    return known
  }

  #isLastGuid(bytes: Uint8Array, at: number): boolean {
    if (this.#last === undefined) return false
    for (let i = 0; i < 16; i++) if (bytes[at + i] !== this.#lastGuid[i]) return false
    return true
  }

  #key(bytes: Uint8Array): SchemaKey {
    return this.#reader.id >= 0 ? this.#reader.id : guidText(bytes, this.#reader.guidAt)
  }

  #isMessage(): boolean {
    const { indexes } = this.#options
    const found = this.#reader.indexes
    return indexes === undefined || (found.length === indexes.length && indexes.every((index, i) => found[i] === index))
  }

  #otherMessage(): SluiceError {
    const places = `message ${this.#reader.indexes.join('.')} of its schema's file, and the stream's is ${this.#options.indexes!.join('.')}`
    return new SluiceError('record.schema.unusable', `the value is ${places}`)
  }
}

const MISSING = new SluiceError(
  'record.schema.missing',
  "the value does not begin with a byte 0 and a schema's number, and there is no header __value_schema_id",
)

function withIndex(batch: Batch, index: Int32Array): Batch {
  const { topic, partition, baseOffset, nextOffset, count, bytes, timestamps } = batch
  return { topic, partition, baseOffset, nextOffset, count, bytes, index, timestamps, release: () => batch.release() }
}

function batchOfOne(bytes: Uint8Array): Batch {
  const index = new Int32Array(INDEX.stride)
  index[INDEX.keyLength] = -1
  index[INDEX.valueLength] = bytes.length
  return { topic: '', partition: 0, baseOffset: 0n, nextOffset: 1n, count: 1, bytes, index, timestamps: new Float64Array(1), release() {} }
}
