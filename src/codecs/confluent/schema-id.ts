import { type Batch, INDEX } from '../../core/batch.ts'
import { HeaderCursor } from '../../core/headers.ts'
import { VarintReader } from '../../core/varint.ts'

const NAME = new TextEncoder().encode('__value_schema_id')
const MAGIC = { id: 0, guid: 1 } as const
const ID_LENGTH = 4
const GUID_LENGTH = 16
/** How deep messages may be nested in the file of a protobuf schema. */
const MOST_INDEXES = 16

/**
 * Finds what says the schema of a value, in the wire format of Confluent's serializers: before the value stand a byte 0 and the
 * schema's number; or it is alone in the header `__value_schema_id`, as a byte 1 and the schema's UUID, or as before the value. For
 * protobuf, the places of the message among those of its file follow. Used again for each record.
 */
export class SchemaIdReader {
  /** The number, or -1 where a UUID stands instead. */
  id = -1
  /** Where the UUID is in the batch. */
  guidAt = 0
  /** Where the payload begins in the batch. */
  payloadAt = 0
  /** The places of the message, outermost first. */
  readonly indexes: number[] = []
  readonly #withIndexes: boolean
  readonly #header = new HeaderCursor()
  readonly #varints = new VarintReader(new Uint8Array(0))

  /** `withIndexes` for protobuf. */
  constructor(withIndexes: boolean) {
    this.#withIndexes = withIndexes
  }

  /** False where the record does not say its schema. */
  read(batch: Batch, record: number): boolean {
    const cell = record * INDEX.stride
    const at = batch.index[cell + INDEX.valueAt]!
    const end = at + batch.index[cell + INDEX.valueLength]!
    if (batch.index[cell + INDEX.headerCount]! > 0 && this.#findHeader(batch, record)) {
      this.payloadAt = at
      return this.#parse(batch.bytes, this.#header.valueAt, this.#header.valueAt + this.#header.valueLength) >= 0
    }
    this.payloadAt = end - at > 0 && batch.bytes[at] === MAGIC.id ? this.#parse(batch.bytes, at, end) : -1
    return this.payloadAt >= 0
  }

  #findHeader(batch: Batch, record: number): boolean {
    this.#header.start(batch, record)
    while (this.#header.next()) if (this.#header.isNamed(NAME) && this.#header.valueLength > 0) return true
    return false
  }

  /** The position after the id, or -1. */
  #parse(bytes: Uint8Array, at: number, end: number): number {
    const magic = bytes[at]
    const length = magic === MAGIC.id ? ID_LENGTH : magic === MAGIC.guid ? GUID_LENGTH : end
    const after = at + 1 + length
    if (after > end) return -1
    this.id = -1
    this.guidAt = at + 1
    if (magic === MAGIC.id) this.id = ((bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!) >>> 0
    return this.#withIndexes ? this.#parseIndexes(bytes, after, end) : after
  }

  /** A count and so many places, as zig-zag varints; a count of 0 stands for the first message. */
  #parseIndexes(bytes: Uint8Array, at: number, end: number): number {
    const varints = this.#varints
    this.indexes.length = 0
    varints.bytes = bytes
    varints.at = at
    varints.end = end
    varints.failed = false
    const count = varints.varint()
    if (count < 0 || count > MOST_INDEXES) return -1
    for (let i = 0; i < count; i++) this.indexes.push(varints.varint())
    if (count === 0) this.indexes.push(0)
    return varints.failed || varints.at > end ? -1 : varints.at
  }
}

/** A UUID as the registry's addresses have it. */
export function guidText(bytes: Uint8Array, at: number): string {
  let hex = ''
  for (let i = at; i < at + GUID_LENGTH; i++) hex += bytes[i]!.toString(16).padStart(2, '0')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** What stands before a value that was written with the schema of this number, and, for protobuf, is this message of its file. */
export function schemaPrefix(id: number, indexes?: readonly number[]): Uint8Array {
  const bytes = [MAGIC.id, id >>> 24, (id >>> 16) & 255, (id >>> 8) & 255, id & 255]
  if (indexes !== undefined) {
    const isFirst = indexes.length === 1 && indexes[0] === 0
    for (const value of isFirst ? [0] : [indexes.length, ...indexes]) bytes.push(...zigZag(value))
  }
  return Uint8Array.from(bytes)
}

function zigZag(value: number): number[] {
  const bytes: number[] = []
  let rest = value * 2
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128)
  return [...bytes, rest]
}
