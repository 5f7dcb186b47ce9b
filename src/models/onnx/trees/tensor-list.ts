import { ProtobufReader } from '../protobuf-reader.ts'

/** Field numbers of TensorProto. */
const TENSOR = { type: 2, floats: 4, ints: 5, raw: 9 } as const
const TYPES = { float: 1, uint8: 2 } as const

/** The values of a tensor of floats or bytes, whatever its shape. Undefined for one of another type, or that says too little of itself. */
export function readTensorList(bytes: Uint8Array): { readonly ints: readonly number[]; readonly floats: readonly number[] } | undefined {
  const ints: number[] = []
  const floats: number[] = []
  let type = 0
  let raw: Uint8Array | undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.isVarint(TENSOR.type)) type = reader.int32
    else if (reader.isBytes(TENSOR.raw)) raw = reader.bytes
    else if (reader.isVarint(TENSOR.ints)) ints.push(reader.int32)
    else if (reader.isBytes(TENSOR.ints)) for (const value of reader.packedInt64()) ints.push(Number(value))
    else if (reader.isFixed32(TENSOR.floats)) floats.push(view.getFloat32(reader.at - 4, true))
    else if (reader.isBytes(TENSOR.floats)) {
      if (reader.bytes.length % 4 !== 0) return undefined
      for (let at = reader.at - reader.bytes.length; at < reader.at; at += 4) floats.push(view.getFloat32(at, true))
    }
  }
  if (type === TYPES.float) {
    if (raw === undefined) return { ints: [], floats }
    return raw.length % 4 === 0 ? { ints: [], floats: floatsOf(raw) } : undefined
  }
  return type === TYPES.uint8 ? { ints: raw === undefined ? ints : [...raw], floats: [] } : undefined
}

function floatsOf(raw: Uint8Array): number[] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  return Array.from({ length: raw.length / 4 }, (_, i) => view.getFloat32(i * 4, true))
}
