import { DATA_TYPES, type DataType } from './data-types.ts'

/** A tensor whose values are known: numbers as little-endian bytes, or texts as bytes. */
export interface ConstTensor {
  readonly type: DataType
  readonly shape: readonly number[]
  /** Empty for `string`. */
  readonly raw: Uint8Array
  readonly texts?: readonly Uint8Array[]
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** The values of a tensor of numbers, as doubles; integers beyond ±2^53 are rounded. Undefined for texts and 16-bit floats. */
export function numbersOf({ type, raw, shape }: ConstTensor): number[] | undefined {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  const read = READERS[type]
  if (read === undefined) return undefined
  const { size } = DATA_TYPES[type]
  return Array.from({ length: elementCount(shape) }, (_, i) => read(view, i * size))
}

/** A tensor of these numbers. */
export function tensorOf(type: DataType, shape: readonly number[], values: readonly number[]): ConstTensor {
  const { size } = DATA_TYPES[type]
  const raw = new Uint8Array(values.length * size)
  const view = new DataView(raw.buffer)
  const write = WRITERS[type]
  if (write === undefined) throw new RangeError(`numbers can't be written as ${type}`)
  for (let i = 0; i < values.length; i++) write(view, i * size, values[i]!)
  return { type, shape, raw }
}

const READERS: Partial<Record<DataType, (view: DataView, at: number) => number>> = {
  float32: (view, at) => view.getFloat32(at, true),
  float64: (view, at) => view.getFloat64(at, true),
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  int16: (view, at) => view.getInt16(at, true),
  uint16: (view, at) => view.getUint16(at, true),
  int32: (view, at) => view.getInt32(at, true),
  uint32: (view, at) => view.getUint32(at, true),
  int64: (view, at) => Number(view.getBigInt64(at, true)),
  uint64: (view, at) => Number(view.getBigUint64(at, true)),
  bool: (view, at) => view.getUint8(at),
}

type Write = (view: DataView, at: number, value: number) => void

const WRITERS: Partial<Record<DataType, Write>> = {
  float32: (view, at, value) => view.setFloat32(at, value, true),
  float64: (view, at, value) => view.setFloat64(at, value, true),
  float16: (view, at, value) => view.setUint16(at, halfBits(value), true),
  bfloat16: (view, at, value) => {
    view.setUint16(at, brainBits(value), true)
  },
  int8: (view, at, value) => view.setInt8(at, value),
  uint8: (view, at, value) => view.setUint8(at, value),
  int16: (view, at, value) => view.setInt16(at, value, true),
  uint16: (view, at, value) => view.setUint16(at, value, true),
  int32: (view, at, value) => view.setInt32(at, value, true),
  uint32: (view, at, value) => view.setUint32(at, value, true),
  int64: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  uint64: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  bool: (view, at, value) => view.setUint8(at, value === 0 ? 0 : 1),
}

const scratch = new DataView(new ArrayBuffer(4))

function brainBits(value: number): number {
  scratch.setFloat32(0, value)
  return (scratch.getUint32(0) + 0x7fff + ((scratch.getUint32(0) >>> 16) & 1)) >>> 16
}

/** The half-precision bits of the small constants that conversions need: exact where the value is. */
function halfBits(value: number): number {
  if (value === 0) return 0
  if (!Number.isFinite(value)) return value > 0 ? 0x7c00 : 0xfc00
  const sign = value < 0 ? 0x8000 : 0
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value))))
  const mantissa = Math.round((Math.abs(value) / 2 ** exponent) * 1024)
  return mantissa < 1024 ? sign | mantissa : sign | ((exponent + 15) * 1024 + mantissa - 1024)
}
