/** A part of some bytes: from `from` to before `to`. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

/**
 * MurmurHash3_x86_32 of some bytes, or a part of them (Austin Appleby's reference, public domain), as an unsigned 32-bit integer. It
 * decides which records an arm gets, so it must never change: a replay, and other programs, come to the same arms by it.
 */
export function murmur3(bytes: Uint8Array, seed: number, range?: ByteRange): number {
  let hash = seed | 0
  const from = range === undefined ? 0 : range.from
  const to = range === undefined ? bytes.length : range.to
  const length = to - from
  const whole = from + (length & ~3)
  for (let i = from; i < whole; i += 4) {
    hash ^= mix(bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24))
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  let tail = 0
  for (let i = to - 1; i >= whole; i--) tail = (tail << 8) | bytes[i]!
  if (whole < to) hash ^= mix(tail)
  hash ^= length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function mix(block: number): number {
  const scrambled = Math.imul(block, 0xcc9e2d51)
  return Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593)
}

/** A salt as the seed of a hash. */
export function saltSeed(salt: string): number {
  return murmur3(new TextEncoder().encode(salt), 0)
}

/** From 0 to less than 1, the same for the same bytes and seed. */
export function unitHash(bytes: Uint8Array, seed: number, range?: ByteRange): number {
  return murmur3(bytes, seed, range) / 4_294_967_296
}
