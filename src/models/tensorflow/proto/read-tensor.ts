import { SluiceError } from '../../../core/errors.ts'
import { type ConstTensor, elementCount, tensorOf } from '../const-tensor.ts'
import { DATA_TYPES, type DataType, dataTypeOf } from '../data-types.ts'
import { readMessage } from './reader.ts'

/** Sizes, null where open; undefined where even the rank is not known. */
export type Shape = readonly (number | null)[] | undefined

const SHAPE = { dimension: 2, unknownRank: 3 } as const
const TENSOR = { dtype: 1, shape: 2, content: 4, floats: 5, doubles: 6, ints: 7, texts: 8, longs: 10, bools: 11, halves: 13 } as const
const UNSIGNED = { ints: 16, longs: 17 } as const
const MAX_BYTES = 2 ** 31 - 1
const MAX_RANK = 32

/** Reads a TensorShapeProto (tensor_shape.proto). */
export function readShape(bytes: Uint8Array): Shape {
  const shape: (number | null)[] = []
  let unknown = false
  const reader = readMessage(bytes)
  while (reader.next()) {
    if (reader.isVarint(SHAPE.unknownRank)) unknown = reader.int32 !== 0
    else if (reader.isBytes(SHAPE.dimension)) {
      let size = 0n
      const dimension = readMessage(reader.bytes)
      while (dimension.next()) if (dimension.isVarint(1)) size = dimension.int64
      shape.push(size < 0n ? null : Number(size))
    }
  }
  if (shape.length > MAX_RANK) throw new SluiceError('model.malformed', `a shape has ${shape.length} dimensions`)
  return unknown ? undefined : shape
}

/** Reads a TensorProto (tensor.proto). Throws `model.malformed` where its values don't fit its shape. */
export function readTensor(bytes: Uint8Array): ConstTensor {
  let number = 0
  let shape: Shape = []
  let content: Uint8Array = new Uint8Array(0)
  const texts: Uint8Array[] = []
  const values: number[] = []
  const longs: bigint[] = []
  const reader = readMessage(bytes)
  while (reader.next()) {
    const { field } = reader
    if (reader.isVarint(TENSOR.dtype)) number = reader.int32
    else if (reader.isBytes(TENSOR.shape)) shape = readShape(reader.bytes)
    else if (reader.isBytes(TENSOR.content)) content = reader.bytes
    else if (reader.isBytes(TENSOR.texts)) texts.push(reader.bytes)
    else if (field === TENSOR.floats || field === TENSOR.doubles) readFloats(reader.bytes, field === TENSOR.floats ? 4 : 8, values)
    else if (field === TENSOR.longs || field === UNSIGNED.longs || isSmall(field)) {
      for (const value of reader.isBytes(field) ? reader.packedInt64() : [reader.int64]) {
        if (isSmall(field)) values.push(Number(value))
        else longs.push(value)
      }
    }
  }
  if (shape === undefined || shape.includes(null)) throw new SluiceError('model.malformed', 'a constant has no full shape')
  return tensorWith(dataTypeOf(number, 'a constant'), shape as readonly number[], { content, texts, values, longs })
}

interface Values {
  readonly content: Uint8Array
  readonly texts: readonly Uint8Array[]
  readonly values: number[]
  readonly longs: readonly bigint[]
}

function tensorWith(type: DataType, shape: readonly number[], { content, texts, values, longs }: Values): ConstTensor {
  const count = elementCount(shape)
  const { size } = DATA_TYPES[type]
  if (!(count * Math.max(1, size) <= MAX_BYTES)) throw new SluiceError('model.malformed', `a constant has the shape [${shape.join(', ')}]`)
  if (type === 'string') {
    if (texts.length !== count && texts.length > 1) throw misfit(shape, texts.length)
    const only = texts[0] ?? new Uint8Array(0)
    return { type, shape, raw: new Uint8Array(0), texts: texts.length === count ? texts : Array.from({ length: count }, () => only) }
  }
  if (content.length > 0) {
    if (content.length !== count * size) throw misfit(shape, content.length / size)
    return { type, shape, raw: content }
  }
  if (longs.length > 0) return { type, shape, raw: longsOf(longs, shape, count) }
  if (values.length > count) throw misfit(shape, values.length)
  // What is left out repeats the last value.
  const last = values.at(-1) ?? 0
  const raw = rawOf(type, values, { shape, count, last })
  return { type, shape, raw }
}

function rawOf(
  type: DataType,
  values: number[],
  { shape, count, last }: { shape: readonly number[]; count: number; last: number },
): Uint8Array {
  if (type === 'float16' || type === 'bfloat16') {
    // The field holds their bits.
    const bits = Uint16Array.from({ length: count }, (_, i) => values[i] ?? last)
    return new Uint8Array(bits.buffer)
  }
  if (last === 0 && values.length === 0) return new Uint8Array(count * DATA_TYPES[type].size)
  const all = values.length === count ? values : Array.from({ length: count }, (_, i) => values[i] ?? last)
  return tensorOf(type, shape, all).raw
}

function longsOf(longs: readonly bigint[], shape: readonly number[], count: number): Uint8Array {
  if (longs.length > count) throw misfit(shape, longs.length)
  const all = BigInt64Array.from({ length: count }, (_, i) => longs[i] ?? longs.at(-1)!)
  return new Uint8Array(all.buffer)
}

function isSmall(field: number): boolean {
  return field === TENSOR.ints || field === TENSOR.bools || field === TENSOR.halves || field === UNSIGNED.ints
}

function readFloats(bytes: Uint8Array, size: 4 | 8, into: number[]): void {
  if (bytes.length % size !== 0) throw new SluiceError('model.malformed', `a list of floats has ${bytes.length} bytes`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < bytes.length; at += size) into.push(size === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true))
}

function misfit(shape: readonly number[], count: number): SluiceError {
  return new SluiceError('model.malformed', `a constant of the shape [${shape.join(', ')}] has ${count} values`)
}
