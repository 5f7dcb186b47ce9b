import { createFold, type Fold, type Folded } from './crc32c-folding.ts'

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

/** Inputs of so many bytes and more are folded to a fraction first. */
const FOLDED_BYTES = 2048
/** Made with the first such input. */
let fold: Fold | 'none' | undefined

/** CRC-32C (Castagnoli) of `bytes[at, end)`, as an unsigned 32-bit number: the checksum of Kafka's record batches. */
export function crc32c(bytes: Uint8Array, at = 0, end = bytes.length): number {
  if (end - at >= FOLDED_BYTES) {
    fold ??= createFold() ?? 'none'
    if (fold !== 'none') return byTables(0, fold(bytes, at, end))
  }
  return byTables(-1, { bytes, at, end })
}

function byTables(crc: number, { bytes, at, end }: Folded): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
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
