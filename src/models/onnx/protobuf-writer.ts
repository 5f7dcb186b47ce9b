const encoder = new TextEncoder()

/** A protobuf message, or the beginning of one, from its encoded fields. */
export function message(...fields: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((length, field) => length + field.length, 0))
  let at = 0
  for (const field of fields) {
    bytes.set(field, at)
    at += field.length
  }
  return bytes
}

/** A length-delimited field: a message, bytes, or a text. */
export function bytesField(field: number, content: Uint8Array | string): Uint8Array {
  const bytes = typeof content === 'string' ? encoder.encode(content) : content
  return message(varint((field << 3) | 2), varint(bytes.length), bytes)
}

/** A varint field; a negative value takes ten bytes, as protobuf's int64 does. */
export function varintField(field: number, value: number | bigint): Uint8Array {
  return message(varint(field << 3), varint(value))
}

/** A varint without a tag: an element of a packed field. */
export function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}
