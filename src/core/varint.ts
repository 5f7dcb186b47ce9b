/** Bytes that the zigzag varint of a 32-bit integer takes, 1 to 5. */
export function varintLength(value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  let length = 1
  while (rest > 127) {
    rest >>>= 7
    length++
  }
  return length
}

/** Writes the zigzag varint of a 32-bit integer and returns the position after it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  while (rest > 127) {
    bytes[at++] = (rest & 127) | 128
    rest >>>= 7
  }
  bytes[at++] = rest
  return at
}

const TWO_32 = 4294967296

const TWO_52 = 2 ** 52

/** Writes the zigzag varint of an integer within ±2^63 and returns the position after it. */
export function writeVarlong(bytes: Uint8Array, at: number, value: number): number {
  if (value >= -2147483648 && value <= 2147483647) return writeVarint(bytes, at, value)
  if (value < -TWO_52 || value > TWO_52) return writeHugeVarlong(bytes, at, BigInt(value))
  let rest = value < 0 ? -2 * value - 1 : 2 * value
  while (rest > 127) {
    bytes[at++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  bytes[at++] = rest
  return at
}

/** Twice such a value no longer fits a double exactly, so a bit would be lost. */
function writeHugeVarlong(bytes: Uint8Array, at: number, value: bigint): number {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  for (; rest > 127n; rest >>= 7n) bytes[at++] = Number(rest & 127n) | 128
  bytes[at++] = Number(rest)
  return at
}

/**
 * Reads varints of the record format one after the other. `at` is where the next one starts; `failed` is set, and
 * stays set, when a varint runs past `end` or has more bytes than its type needs (5 or 10).
 */
export class VarintReader {
  bytes: Uint8Array
  at = 0
  end = 0
  failed = false

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.end = bytes.length
  }

  /** A zigzag 32-bit integer. */
  varint(): number {
    const { bytes } = this
    let at = this.at
    let result = 0
    let shift = 0
    let byte = 128
    while (byte & 128) {
      if (at >= this.end || shift > 28) {
        this.failed = true
        return 0
      }
      byte = bytes[at++]!
      result |= (byte & 127) << shift
      shift += 7
    }
    this.at = at
    return (result >>> 1) ^ -(result & 1)
  }

  /** A zigzag 64-bit integer as a double; exact within ±2^53, rounded beyond. */
  varlong(): number {
    const { bytes } = this
    let at = this.at
    let low = 0
    let high = 0
    let shift = 0
    let byte = 128
    while (byte & 128) {
      if (at >= this.end || shift > 63) {
        this.failed = true
        return 0
      }
      byte = bytes[at++]!
      if (shift < 28) low |= (byte & 127) << shift
      else if (shift === 28) {
        low |= (byte & 15) << 28
        high |= (byte & 127) >> 4
      } else high |= (byte & 127) << (shift - 32)
      shift += 7
    }
    this.at = at
    const negative = low & 1
    const unsigned = (high >>> 0) * (TWO_32 / 2) + (low >>> 1)
    return negative ? -unsigned - 1 : unsigned
  }
}
