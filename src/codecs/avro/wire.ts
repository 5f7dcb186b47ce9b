/** What a reader returns instead of a position when the bytes break the encoding. */
export const MALFORMED = -1

/** How deep values may be nested. */
export const DEEPEST_VALUE = 64

/** What the functions below hand over beside the position that they return. Shared by all calls on one thread. */
export const wireState = { value: 0 }

const TWO_32 = 4294967296

/**
 * Reads a long (Avro 1.12, "Binary Encoding": zig-zag, then variable-length) into `wireState.value`, rounded once beyond ±2^53; returns the
 * position after it, or `MALFORMED`.
 */
export function readLong(bytes: Uint8Array, at: number, end: number): number {
  let low = 0
  let high = 0
  for (let shift = 0; shift < 70; shift += 7) {
    if (at >= end) return MALFORMED
    const byte = bytes[at++]!
    if (shift < 28) low |= (byte & 127) << shift
    else if (shift === 28) {
      low |= (byte & 15) << 28
      high = (byte & 127) >> 4
    } else if (shift < 63) high |= (byte & 127) << (shift - 32)
    else if (byte > 1) return MALFORMED
    else high |= byte << 31
    if (byte < 128) {
      const sign = -(low & 1)
      const half = ((low >>> 1) | (high << 31)) ^ sign
      wireState.value = ((high >>> 1) ^ sign) * TWO_32 + (half >>> 0)
      return at
    }
  }
  return MALFORMED
}

/** As `readLong`, for an int: `MALFORMED` also where it has more than 32 bits. */
export function readInt(bytes: Uint8Array, at: number, end: number): number {
  const next = readLong(bytes, at, end)
  const { value } = wireState
  return value > 2147483647 || value < -2147483648 ? MALFORMED : next
}
