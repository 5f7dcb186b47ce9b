import { type Batch, INDEX } from './batch.ts'
import { varintLength, writeVarint, VarintReader } from './varint.ts'

/** A record header for the edges: tests, APIs, publishing. The hot path copies header bytes. */
export interface Header {
  readonly name: string
  /** undefined for a header whose value is null. */
  readonly value: Uint8Array | undefined
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

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

/** All headers of record `i`, in order. For the edges. */
export function headersOf(batch: Batch, i: number): Header[] {
  const cell = i * INDEX.stride
  const count = batch.index[cell + INDEX.headerCount]!
  const headers: Header[] = []
  const reader = new VarintReader(batch.bytes)
  reader.at = batch.index[cell + INDEX.headersAt]!
  for (let h = 0; h < count && !reader.failed; h++) {
    const nameLength = reader.varint()
    if (nameLength < 0) break
    const name = decoder.decode(batch.bytes.subarray(reader.at, reader.at + nameLength))
    reader.at += nameLength
    const valueLength = reader.varint()
    const value = valueLength < 0 ? undefined : batch.bytes.subarray(reader.at, reader.at + valueLength)
    reader.at += Math.max(0, valueLength)
    headers.push({ name, value })
  }
  return headers
}

/** The value of the first header with this name as text, or undefined where it is absent or null. For the edges. */
export function headerText(batch: Batch, i: number, name: string): string | undefined {
  const header = headersOf(batch, i).find((candidate) => candidate.name === name)
  return header?.value === undefined ? undefined : decoder.decode(header.value)
}
