const u64 = (value: bigint): bigint => BigInt.asUintN(64, value)
const rotate = (value: bigint, by: bigint): bigint => u64((value << by) | (value >> (64n - by)))

/** SipHash-2-4 (Aumasson and Bernstein), which TensorFlow's StringToHashBucketStrong takes of a text's bytes, with a key of two words. */
export function sipHash64(bytes: Uint8Array, [key0, key1]: readonly [bigint, bigint]): bigint {
  let v0 = u64(key0) ^ 0x736f6d6570736575n
  let v1 = u64(key1) ^ 0x646f72616e646f6dn
  let v2 = u64(key0) ^ 0x6c7967656e657261n
  let v3 = u64(key1) ^ 0x7465646279746573n
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) {
      v0 = u64(v0 + v1)
      v1 = rotate(v1, 13n) ^ v0
      v0 = rotate(v0, 32n)
      v2 = u64(v2 + v3)
      v3 = rotate(v3, 16n) ^ v2
      v0 = u64(v0 + v3)
      v3 = rotate(v3, 21n) ^ v0
      v2 = u64(v2 + v1)
      v1 = rotate(v1, 17n) ^ v2
      v2 = rotate(v2, 32n)
    }
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const whole = bytes.length & ~7
  let last = BigInt(bytes.length & 0xff) << 56n
  for (let i = whole; i < bytes.length; i++) last |= BigInt(bytes[i]!) << BigInt((i - whole) * 8)
  for (let at = 0; at <= whole; at += 8) {
    const word = at < whole ? view.getBigUint64(at, true) : last
    v3 ^= word
    rounds(2)
    v0 ^= word
  }
  v2 ^= 0xffn
  rounds(4)
  return v0 ^ v1 ^ v2 ^ v3
}
