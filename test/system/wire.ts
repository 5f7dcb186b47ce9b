/** Protobuf's wire format by hand, so that what is sent and read back does not depend on Sluice's own codecs or any schema. */

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = []
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)])
    bytes.push(Number(rest & 127n) | 128)
  }
}

export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

function tag(number: number, wireType: number): Buffer {
  return varint((number << 3) | wireType)
}

export function doubleField(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return Buffer.concat([tag(number, WIRE.fixed64), bytes])
}

export function integerField(number: number, value: number | bigint): Buffer {
  return Buffer.concat([tag(number, WIRE.varint), varint(value)])
}

export function bytesField(number: number, value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value as string)
  return Buffer.concat([tag(number, WIRE.bytes), varint(bytes.length), bytes])
}

/** A message after its length, as in a file of many. */
export function delimited(message: Uint8Array): Buffer {
  return Buffer.concat([varint(message.length), message])
}

export interface WireField {
  readonly number: number
  readonly wireType: number
  readonly bytes: Buffer
}

/** The fields of a message in their order; the bytes of a varint are the varint's own. */
export function wireFields(message: Buffer): WireField[] {
  const fields: WireField[] = []
  for (let at = 0; at < message.length;) {
    const head = readVarint(message, at)
    const wireType = head.value & 7
    at = head.end
    let end: number
    if (wireType === WIRE.varint) end = readVarint(message, at).end
    else if (wireType === WIRE.fixed64) end = at + 8
    else if (wireType === WIRE.fixed32) end = at + 4
    else {
      const length = readVarint(message, at)
      at = length.end
      end = at + length.value
    }
    if (end > message.length) throw new Error(`a field ends at ${end} of ${message.length} bytes`)
    fields.push({ number: Math.floor(head.value / 8), wireType, bytes: message.subarray(at, end) })
    at = end
  }
  return fields
}

function readVarint(bytes: Buffer, from: number): { value: number; end: number } {
  let value = 0
  for (let at = from, scale = 1; at < bytes.length; at++, scale *= 128) {
    value += (bytes[at]! & 127) * scale
    if (bytes[at]! < 128) return { value, end: at + 1 }
  }
  throw new Error('a varint is cut')
}
