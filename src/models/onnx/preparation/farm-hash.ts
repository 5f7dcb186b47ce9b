const K0 = 0xc3a5c85c97cb3127n
const K1 = 0xb492b66fbe98f273n
const K2 = 0x9ae16a3b2f90404fn

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value)
const rotate = (value: bigint, by: bigint): bigint => u64((u64(value) >> by) | (u64(value) << (64n - by)))
const mix = (value: bigint): bigint => u64(value) ^ (u64(value) >> 47n)

function combine(u: bigint, v: bigint, factor: bigint): bigint {
  const a = mix((u64(u) ^ u64(v)) * factor)
  return u64(mix((u64(v) ^ a) * factor) * factor)
}

type Read = (place: number) => bigint
type Pair = readonly [bigint, bigint]

/** FarmHash's Fingerprint64, which TensorFlow's StringToHashBucketFast takes of a text's bytes. */
export function farmHash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const at = (place: number): bigint => view.getBigUint64(place, true)
  const length = bytes.length
  if (length <= 16) return hashTo16(view, at)
  if (length <= 32) return hashTo32(at, length)
  return length <= 64 ? hashTo64(at, length) : hashLong(at, length)
}

function hashTo16(view: DataView, at: Read): bigint {
  const length = view.byteLength
  const size = BigInt(length)
  const factor = K2 + size * 2n
  if (length >= 8) {
    const a = at(0) + K2
    const b = at(length - 8)
    return combine(rotate(b, 37n) * factor + a, (rotate(a, 25n) + b) * factor, factor)
  }
  if (length >= 4) return combine(size + (BigInt(view.getUint32(0, true)) << 3n), BigInt(view.getUint32(length - 4, true)), factor)
  if (length === 0) return K2
  const y = BigInt(view.getUint8(0) + view.getUint8(length >> 1) * 256)
  const z = BigInt(length + view.getUint8(length - 1) * 4)
  return u64(mix(u64(y * K2) ^ u64(z * K0)) * K2)
}

function hashTo32(at: Read, length: number): bigint {
  const factor = K2 + BigInt(length) * 2n
  const a = at(0) * K1
  const b = at(8)
  const c = at(length - 8) * factor
  const d = at(length - 16) * K2
  return combine(rotate(a + b, 43n) + rotate(c, 30n) + d, a + rotate(b + K2, 18n) + c, factor)
}

function hashTo64(at: Read, length: number): bigint {
  const factor = K2 + BigInt(length) * 2n
  const a = at(0) * K2
  const b = at(8)
  const c = at(length - 8) * factor
  const d = at(length - 16) * K2
  const y = rotate(a + b, 43n) + rotate(c, 30n) + d
  const z = combine(y, a + rotate(b + K2, 18n) + c, factor)
  const e = at(16) * factor
  const f = at(24)
  const g = (y + at(length - 32)) * factor
  const h = (z + at(length - 24)) * factor
  return combine(rotate(e + f, 43n) + rotate(g, 30n) + h, e + rotate(f + a, 18n) + g, factor)
}

/** 32 bytes with two seeds. */
function weak(at: Read, place: number, [first, second]: Pair): Pair {
  const last = at(place + 24)
  const a = first + at(place)
  const b = rotate(second + a + last, 21n)
  const sum = a + at(place + 8) + at(place + 16)
  return [u64(sum + last), u64(b + rotate(sum, 44n) + a)]
}

function hashLong(at: Read, length: number): bigint {
  const tail = (length - 1) & 63
  const end = length - 1 - tail
  let y = u64(81n * K1 + 113n)
  let z = u64(mix(y * K2 + 113n) * K2)
  let x = u64(81n * K2 + at(0))
  let [v, w]: [Pair, Pair] = [
    [0n, 0n],
    [0n, 0n],
  ]
  const round = (place: number, factor: bigint, times: bigint): void => {
    x = u64(rotate(x + y + v[0] + at(place + 8), 37n) * factor)
    y = u64(rotate(y + v[1] + at(place + 48), 42n) * factor)
    x ^= u64(w[1] * times)
    y = u64(y + v[0] * times + at(place + 40))
    z = u64(rotate(z + w[0], 33n) * factor)
    v = weak(at, place, [u64(v[1] * factor), u64(x + w[0])])
    w = weak(at, place + 32, [u64(z + w[1]), u64(y + at(place + 16))])
    ;[z, x] = [x, z]
  }
  for (let place = 0; place < end; place += 64) round(place, K1, 1n)
  const factor = K1 + ((z & 0xffn) << 1n)
  const first = w[0] + BigInt(tail)
  v = [u64(v[0] + first), v[1]]
  w = [u64(first + v[0]), w[1]]
  round(length - 64, factor, 9n)
  return combine(combine(v[0], w[0], factor) + mix(y) * K0 + z, combine(v[1], w[1], factor) + x, factor)
}
