/** How the elements of a tensor are kept in memory. */
export type TensorArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array

/** An element type that inputs and outputs may have. */
export type TensorType = 'float32' | 'float64' | 'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'int64' | 'bool' | 'string'

interface TypeEntry {
  /** ONNX's number (TensorProto.DataType). */
  readonly code: number
  /** Absent for `string`, which travels as codes. */
  readonly create?: (length: number) => TensorArray
  /** For integers: the range that a number must be in. */
  readonly range?: readonly [number, number]
}

const MAX_SAFE = 2 ** 53

/** The element types that inputs and outputs may have. */
export const TENSOR_TYPES: Readonly<Record<TensorType, TypeEntry>> = {
  float32: { code: 1, create: (length) => new Float32Array(length) },
  uint8: { code: 2, create: (length) => new Uint8Array(length), range: [0, 255] },
  int8: { code: 3, create: (length) => new Int8Array(length), range: [-128, 127] },
  uint16: { code: 4, create: (length) => new Uint16Array(length), range: [0, 65_535] },
  int16: { code: 5, create: (length) => new Int16Array(length), range: [-32_768, 32_767] },
  int32: { code: 6, create: (length) => new Int32Array(length), range: [-(2 ** 31), 2 ** 31 - 1] },
  int64: { code: 7, create: (length) => new BigInt64Array(length), range: [-MAX_SAFE, MAX_SAFE] },
  string: { code: 8 },
  bool: { code: 9, create: (length) => new Uint8Array(length), range: [0, 1] },
  float64: { code: 11, create: (length) => new Float64Array(length) },
  uint32: { code: 12, create: (length) => new Uint32Array(length), range: [0, 2 ** 32 - 1] },
}

/** ONNX's names by number, for messages. */
const NAMES = (
  'undefined float uint8 int8 uint16 int16 int32 int64 string bool float16 double uint32 uint64 complex64 complex128 bfloat16 ' +
  'float8e4m3fn float8e4m3fnuz float8e5m2 float8e5m2fnuz uint4 int4 float4e2m1'
).split(' ')

/** The type with ONNX's number, or undefined where it is not supported. */
export function tensorTypeOf(code: number): TensorType | undefined {
  return (Object.keys(TENSOR_TYPES) as TensorType[]).find((type) => TENSOR_TYPES[type].code === code)
}

/** ONNX's own name of an element type. */
export function elementTypeName(code: number): string {
  return NAMES[code] ?? `element type ${code}`
}
