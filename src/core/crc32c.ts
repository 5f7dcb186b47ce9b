const POLYNOMIAL = 0x82f63b78

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
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
]

/** CRC-32C (Castagnoli) of `bytes[at, end)`, as an unsigned 32-bit number: the checksum of Kafka's record batches. */
export function crc32c(bytes: Uint8Array, at = 0, end = bytes.length): number {
  let crc = -1
  for (; end - at >= 8; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc =
      t7[crc & 255]! ^
      t6[(crc >>> 8) & 255]! ^
      t5[(crc >>> 16) & 255]! ^
      t4[crc >>> 24]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!
  }
  while (at < end) crc = t0[(crc ^ bytes[at++]!) & 255]! ^ (crc >>> 8)
  return (crc ^ -1) >>> 0
}
