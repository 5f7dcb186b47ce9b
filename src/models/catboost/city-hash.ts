const MASK = (1n << 64n) - 1n
const K0 = 0xc3a5c85c97cb3127n
const K1 = 0xb492b66fbe98f273n
const K2 = 0x9ae16a3b2f90404fn
const K3 = 0xc949d7c7509e6557n
const COMBINE = 0x9ddfea08eb382d69n

const u64 = (value: bigint): bigint => value & MASK
const rotate = (value: bigint, by: bigint): bigint => u64((value >> by) | (value << (64n - by)))
const mix = (value: bigint): bigint => value ^ (value >> 47n)

/** CityHash64 in its version 1.0, the hash that CatBoost takes of a category's text. Slow: for each text once. */
export function cityHash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const at = (place: number): bigint => view.getBigUint64(place, true)
  const length = bytes.length
  if (length <= 16) return hashTo16(view)
  if (length <= 32) return hashTo32(at, length)
  return length <= 64 ? hashTo64(at, length) : hashLong(at, length)
}

type Read = (place: number) => bigint

/** Two numbers into one. */
function combine(low: bigint, high: bigint): bigint {
  const a = mix(u64((low ^ high) * COMBINE))
  return u64(mix(u64((high ^ a) * COMBINE)) * COMBINE)
}

function hashTo16(view: DataView): bigint {
  const length = view.byteLength
  const size = BigInt(length)
  if (length > 8) {
    const a = view.getBigUint64(0, true)
    const b = view.getBigUint64(length - 8, true)
    return combine(a, rotate(u64(b + size), size)) ^ b
  }
  if (length >= 4) return combine(u64(size + (BigInt(view.getUint32(0, true)) << 3n)), BigInt(view.getUint32(length - 4, true)))
  if (length === 0) return K2
  const y = BigInt(view.getUint8(0) + view.getUint8(length >> 1) * 256)
  const z = BigInt(length + view.getUint8(length - 1) * 4)
  return u64(mix(u64(y * K2) ^ u64(z * K3)) * K2)
}

function hashTo32(at: Read, length: number): bigint {
  const a = u64(at(0) * K1)
  const b = at(8)
  const c = u64(at(length - 8) * K2)
  const d = u64(at(length - 16) * K0)
  return combine(u64(rotate(u64(a - b), 43n) + rotate(c, 30n) + d), u64(a + rotate(b ^ K3, 20n) - c + BigInt(length)))
}

function hashTo64(at: Read, length: number): bigint {
  // The first and the last 32 bytes, each as four words.
  const half = (first: bigint, seed: bigint, words: readonly [bigint, bigint, bigint]): readonly [bigint, bigint] => {
    let a = u64(first + seed)
    const b = rotate(u64(a + words[2]), 52n)
    let c = rotate(a, 37n)
    a = u64(a + words[0])
    c = u64(c + rotate(a, 7n))
    a = u64(a + words[1])
    return [u64(a + words[2]), u64(b + rotate(a, 31n) + c)]
  }
  const [vf, vs] = half(at(0), u64((BigInt(length) + at(length - 16)) * K0), [at(8), at(16), at(24)])
  const [wf, ws] = half(at(16), at(length - 32), [at(length - 24), at(length - 16), at(length - 8)])
  const r = mix(u64((vf + ws) * K2 + (wf + vs) * K0))
  return u64(mix(u64(r * K0 + vs)) * K2)
}

function hashLong(at: Read, length: number): bigint {
  const weak = (place: number, seedA: bigint, seedB: bigint): readonly [bigint, bigint] => {
    const a = u64(seedA + at(place))
    const b = rotate(u64(seedB + a + at(place + 24)), 21n)
    const c = u64(a + at(place + 8) + at(place + 16))
    return [u64(c + at(place + 24)), u64(b + rotate(c, 44n) + a)]
  }
  let x = at(0)
  let y = at(length - 16) ^ K1
  let z = at(length - 56) ^ K0
  let v = weak(length - 64, BigInt(length), y)
  let w = weak(length - 32, u64(BigInt(length) * K1), K0)
  z = u64(z + mix(v[1]) * K1)
  x = u64(rotate(u64(z + x), 39n) * K1)
  y = u64(rotate(y, 33n) * K1)
  const end = (length - 1) & ~63
  for (let place = 0; place < end; place += 64) {
    x = u64(rotate(u64(x + y + v[0] + at(place + 16)), 37n) * K1) ^ w[1]
    y = u64(rotate(u64(y + v[1] + at(place + 48)), 42n) * K1) ^ v[0]
    z = rotate(z ^ w[0], 33n)
    v = weak(place, u64(v[1] * K1), u64(x + w[0]))
    w = weak(place + 32, u64(z + w[1]), y)
    ;[z, x] = [x, z]
  }
  return combine(u64(combine(v[0], w[0]) + mix(y) * K1 + z), u64(combine(v[1], w[1]) + x))
}
