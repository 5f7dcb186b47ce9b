import { SluiceError } from '../../core/errors.ts'

/** An element type as the converter sees it; `resource` and `variant` never reach ONNX. */
export type DataType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool'
  | 'string'

interface DataTypeEntry {
  /** TensorFlow's number (types.proto, DataType). */
  readonly tensorflow: number
  /** ONNX's number (TensorProto.DataType). */
  readonly onnx: number
  /** Bytes an element; 0 for `string`. */
  readonly size: number
}

/** The element types that both TensorFlow and ONNX have. */
export const DATA_TYPES: Readonly<Record<DataType, DataTypeEntry>> = {
  float32: { tensorflow: 1, onnx: 1, size: 4 },
  float64: { tensorflow: 2, onnx: 11, size: 8 },
  int32: { tensorflow: 3, onnx: 6, size: 4 },
  uint8: { tensorflow: 4, onnx: 2, size: 1 },
  int16: { tensorflow: 5, onnx: 5, size: 2 },
  int8: { tensorflow: 6, onnx: 3, size: 1 },
  string: { tensorflow: 7, onnx: 8, size: 0 },
  int64: { tensorflow: 9, onnx: 7, size: 8 },
  bool: { tensorflow: 10, onnx: 9, size: 1 },
  bfloat16: { tensorflow: 14, onnx: 16, size: 2 },
  uint16: { tensorflow: 17, onnx: 4, size: 2 },
  float16: { tensorflow: 19, onnx: 10, size: 2 },
  uint32: { tensorflow: 22, onnx: 12, size: 4 },
  uint64: { tensorflow: 23, onnx: 13, size: 8 },
}

const BY_NUMBER = new Map(Object.entries(DATA_TYPES).map(([name, entry]) => [entry.tensorflow, name as DataType]))

/** The element type with TensorFlow's number, or undefined where ONNX lacks it. */
export function findDataType(number: number): DataType | undefined {
  return BY_NUMBER.get(number)
}

/** The element type with TensorFlow's number. Throws `model.unsupported` where ONNX lacks it. */
export function dataTypeOf(number: number, where: string): DataType {
  const type = findDataType(number)
  if (type !== undefined) return type
  throw new SluiceError('model.unsupported', `${where} has elements of TensorFlow's type ${number}, which can't be converted`)
}

export function isFloatType(type: DataType): boolean {
  return type === 'float32' || type === 'float64' || type === 'float16' || type === 'bfloat16'
}
