import { type Batch, INDEX } from './batch.ts'
import { varintLength, writeVarint, VarintReader } from './varint.ts'

/** A record header for the edges: tests, APIs, publishing. The hot path copies header bytes. */
export interface Header {
  readonly name: string
  /** undefined for a header whose value is null. */
  readonly value: Uint8Array | undefined
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The bytes of one header in the record format. A string value is written as UTF-8. */
export function encodeHeader(name: string, value: Uint8Array | string | undefined): Uint8Array {
  const nameBytes = encoder.encode(name)
  const valueBytes = typeof value === 'string' ? encoder.encode(value) : value
  const valueLength = valueBytes === undefined ? -1 : valueBytes.length
  const out = new Uint8Array(varintLength(nameBytes.length) + nameBytes.length + varintLength(valueLength) + Math.max(0, valueLength))
  let at = writeVarint(out, 0, nameBytes.length)
  out.set(nameBytes, at)
  at = writeVarint(out, at + nameBytes.length, valueLength)
  if (valueBytes !== undefined) out.set(valueBytes, at)
  return out
}

/** Goes through the headers of a record as they stand in its batch, without making anything of them. For the hot path; used again for each record. */
export class HeaderCursor {
  /** Where the header that `next` passed begins, in `Batch.bytes`; it ends at `at`. */
  startAt = 0
  nameAt = 0
  nameLength = 0
  valueAt = 0
  /** -1 for a value that is null. */
  valueLength = 0
  readonly #reader = new VarintReader(new Uint8Array(0))
  #left = 0

  /** Goes to the headers of record `i` and returns their number. */
  start(batch: Batch, i: number): number {
    const cell = i * INDEX.stride
    this.#reader.bytes = batch.bytes
    this.#reader.end = batch.bytes.length
    this.#reader.at = batch.index[cell + INDEX.headersAt]!
    this.#left = batch.index[cell + INDEX.headerCount]!
    return this.#left
  }

  /** Passes one header; false where there is none left. */
  next(): boolean {
    if (this.#left <= 0) return false
    this.#left--
    const reader = this.#reader
    this.startAt = reader.at
    this.nameLength = reader.varint()
    this.nameAt = reader.at
    reader.at += this.nameLength
    this.valueLength = reader.varint()
    this.valueAt = reader.at
    if (this.valueLength > 0) reader.at += this.valueLength
    return true
  }

  /** The position after the header that `next` passed. */
  get at(): number {
    return this.#reader.at
  }

  /** Whether the header that `next` passed has this name, in UTF-8. */
  isNamed(name: Uint8Array): boolean {
    if (name.length !== this.nameLength) return false
    const { bytes } = this.#reader
    for (let k = 0; k < name.length; k++) if (bytes[this.nameAt + k] !== name[k]) return false
    return true
  }
}

/** All headers of record `i`, in order. For the edges. */
export function headersOf(batch: Batch, i: number): Header[] {
  const headers: Header[] = []
  const cursor = new HeaderCursor()
  cursor.start(batch, i)
  while (cursor.next()) {
    const { nameAt, nameLength, valueAt, valueLength } = cursor
    const name = decoder.decode(batch.bytes.subarray(nameAt, nameAt + nameLength))
    headers.push({ name, value: valueLength < 0 ? undefined : batch.bytes.subarray(valueAt, valueAt + valueLength) })
  }
  return headers
}

/** The value of the first header with this name as text, or undefined where it is absent or null. For the edges. */
export function headerText(batch: Batch, i: number, name: string): string | undefined {
  const header = headersOf(batch, i).find((candidate) => candidate.name === name)
  return header?.value === undefined ? undefined : decoder.decode(header.value)
}
