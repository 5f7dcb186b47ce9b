const POLYNOMIAL = 0x82f63b78

/** Table `s`: what a byte contributes that stands `s` bytes before the end of what is looked at in one step. */
const tables = Array.from({ length: 8 }, () => new Int32Array(256))
for (let i = 0; i < 256; i++) {
  let crc = i
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
  tables[0]![i] = crc
}
for (let i = 0; i < 256; i++) {
  let crc = tables[0]![i]!
  for (let slice = 1; slice < 8; slice++) {
    crc = tables[0]![crc & 255]! ^ (crc >>> 8)
    tables[slice]![i] = crc
  }
}
type Eight = [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array]
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as Eight

/** Long inputs are worked on in three blocks of so many bytes at a time, so that the processor need not wait for one step to begin the next. */
const BLOCK = 1024
/** By byte of a checksum: what it becomes when a block of zeros follows. */
const [s0, s1, s2, s3] = blockTables() as [Int32Array, Int32Array, Int32Array, Int32Array]

/** CRC-32C (Castagnoli) of `bytes[at, end)`, as an unsigned 32-bit number: the checksum of Kafka's record batches. */
export function crc32c(bytes: Uint8Array, at = 0, end = bytes.length): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let crc = -1
  for (; end - at >= 3 * BLOCK; at += 2 * BLOCK) {
    let y = 0
    let z = 0
    for (const stop = at + BLOCK; at < stop; at += 8) {
      const a = crc ^ view.getInt32(at, true)
      const b = view.getInt32(at + 4, true)
      const c = y ^ view.getInt32(at + BLOCK, true)
      const d = view.getInt32(at + BLOCK + 4, true)
      const e = z ^ view.getInt32(at + 2 * BLOCK, true)
      const f = view.getInt32(at + 2 * BLOCK + 4, true)
      crc = eight(a, b)
      y = eight(c, d)
      z = eight(e, f)
    }
    crc = shifted(shifted(crc) ^ y) ^ z
  }
  for (; end - at >= 8; at += 8) crc = eight(crc ^ view.getInt32(at, true), view.getInt32(at + 4, true))
  for (; at < end; at++) crc = t0[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8)
  return (crc ^ -1) >>> 0
}

/** The checksum after eight bytes as two little-endian words, the checksum before them mixed into the first. */
function eight(a: number, b: number): number {
  return (
    t7[a & 255]! ^
    t6[(a >>> 8) & 255]! ^
    t5[(a >>> 16) & 255]! ^
    t4[a >>> 24]! ^
    t3[b & 255]! ^
    t2[(b >>> 8) & 255]! ^
    t1[(b >>> 16) & 255]! ^
    t0[b >>> 24]!
  )
}

function shifted(crc: number): number {
  return s0[crc & 255]! ^ s1[(crc >>> 8) & 255]! ^ s2[(crc >>> 16) & 255]! ^ s3[crc >>> 24]!
}

function blockTables(): Int32Array[] {
  // The checksum is linear in its bits.
  const bits = Array.from({ length: 32 }, (_, bit) => {
    let crc = 1 << bit
    for (let i = 0; i < BLOCK; i++) crc = t0[crc & 255]! ^ (crc >>> 8)
    return crc
  })
  return Array.from({ length: 4 }, (_, byte) =>
    Int32Array.from({ length: 256 }, (__, value) => {
      let sum = 0
      for (let bit = 0; bit < 8; bit++) if ((value >> bit) & 1) sum ^= bits[byte * 8 + bit]!
      return sum
    }),
  )
}
