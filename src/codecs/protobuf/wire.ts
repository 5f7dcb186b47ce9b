/** Wire types of the protobuf encoding. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const

/** What a reader returns instead of a position when the bytes break the encoding. */
export const MALFORMED = -1
/** Likewise, when a field stands with another wire type than its declared one. `wireState.field` has its place among the reader's names. */
export const WRONG_WIRE_TYPE = -2

const TWO_32 = 4294967296
/** How deep groups may be nested. */
const DEEPEST_GROUP = 32

/** What the functions below hand over beside the position that they return. Shared by all calls on one thread. */
export const wireState = { low: 0, high: 0, field: 0 }

/** Reads a varint into `wireState.low` and `.high`; returns the position after it, or `MALFORMED`. */
export function readVarint(bytes: Uint8Array, at: number, end: number): number {
  let low = 0
  let high = 0
  for (let shift = 0; shift < 70; shift += 7) {
    if (at >= end) return MALFORMED
    const byte = bytes[at++]!
    if (shift < 28) low |= (byte & 127) << shift
    else if (shift === 28) {
      low |= (byte & 15) << 28
      high |= (byte & 127) >> 4
    } else if (shift < 63) high |= (byte & 127) << (shift - 32)
    else high |= (byte & 1) << 31
    if (byte < 128) {
      wireState.low = low
      wireState.high = high
      return at
    }
  }
  return MALFORMED
}

/** Skips the value of a field whose tag, as a 32-bit integer, has been read; returns the position after it, or `MALFORMED`. */
export function skipField(bytes: Uint8Array, at: number, end: number, tag: number): number {
  return skip(bytes, at, end, tag, 0)
}

function skip(bytes: Uint8Array, at: number, end: number, tag: number, depth: number): number {
  let next: number
  switch (tag & 7) {
    case WIRE.varint:
      return readVarint(bytes, at, end)
    case WIRE.fixed64:
      next = at + 8
      break
    case WIRE.fixed32:
      next = at + 4
      break
    case WIRE.bytes: {
      const start = readVarint(bytes, at, end)
      if (start < 0 || wireState.high !== 0 || wireState.low < 0) return MALFORMED
      next = start + wireState.low
      break
    }
    case WIRE.startGroup:
      return skipGroup(bytes, at, end, tag, depth)
    default:
      return MALFORMED
  }
  return next > end ? MALFORMED : next
}

function skipGroup(bytes: Uint8Array, at: number, end: number, tag: number, depth: number): number {
  if (depth >= DEEPEST_GROUP) return MALFORMED
  for (;;) {
    at = readVarint(bytes, at, end)
    if (at < 0 || wireState.high !== 0) return MALFORMED
    const inner = wireState.low
    if (inner === tag + 1) return at
    if (inner >>> 3 === 0) return MALFORMED
    at = skip(bytes, at, end, inner, depth + 1)
    if (at < 0) return MALFORMED
  }
}

/** The last varint as the number that each integer type makes of it. 64-bit ones are rounded beyond ±2^53. */
export const integers = {
  int32: () => wireState.low,
  uint32: () => wireState.low >>> 0,
  sint32: () => (wireState.low >>> 1) ^ -(wireState.low & 1),
  int64: () => wireState.high * TWO_32 + (wireState.low >>> 0),
  uint64: () => (wireState.high >>> 0) * TWO_32 + (wireState.low >>> 0),
  sint64: () => {
    const sign = -(wireState.low & 1)
    const low = ((wireState.low >>> 1) | (wireState.high << 31)) ^ sign
    // One addition of two exact numbers, so that it is rounded once.
    return ((wireState.high >>> 1) ^ sign) * TWO_32 + (low >>> 0)
  },
  bool: () => ((wireState.low | wireState.high) !== 0 ? 1 : 0),
}
