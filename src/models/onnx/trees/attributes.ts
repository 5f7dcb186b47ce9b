import { ATTRIBUTE } from '../onnx-fields.ts'
import { ProtobufReader } from '../protobuf-reader.ts'
import { readTensorList } from './tensor-list.ts'

/** The attributes of a node: each has one kind of value, and the others are empty. */
export interface Attribute {
  readonly ints: readonly number[]
  readonly floats: readonly number[]
  readonly strings: readonly string[]
}

/** Field numbers of AttributeProto beyond those that are read elsewhere. */
const FIELD = { float: 2, int: 3, string: 4, floats: 7 } as const

/**
 * The attributes of a node by name (NodeProto.attribute). Undefined where one has a value of another kind (graphs; tensors, unless they
 * are wanted as lists), or an integer beyond 32 bits.
 */
export function readAttributes(attributes: readonly Uint8Array[], { tensors = false } = {}): ReadonlyMap<string, Attribute> | undefined {
  const found = new Map<string, Attribute>()
  for (const bytes of attributes) {
    const read = readAttribute(bytes, tensors)
    if (read === undefined) return undefined
    found.set(read.name, read)
  }
  return found
}

function readAttribute(bytes: Uint8Array, tensors: boolean): (Attribute & { readonly name: string }) | undefined {
  const ints: number[] = []
  const floats: number[] = []
  const strings: string[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let name = ''
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.isBytes(ATTRIBUTE.name)) name = reader.text
    else if (reader.isVarint(ATTRIBUTE.ints) || reader.isVarint(FIELD.int)) {
      if (reader.int64Exceeds32) return undefined
      ints.push(reader.int32)
    } else if (reader.isFixed32(FIELD.floats) || reader.isFixed32(FIELD.float)) floats.push(view.getFloat32(reader.at - 4, true))
    else if (reader.isBytes(ATTRIBUTE.strings) || reader.isBytes(FIELD.string)) strings.push(reader.text)
    else if (reader.isBytes(ATTRIBUTE.ints)) {
      const packed = reader.packedInt64().map(Number)
      if (packed.some((value) => value !== (value | 0))) return undefined
      for (const value of packed) ints.push(value)
    } else if (reader.isBytes(FIELD.floats)) {
      if (reader.bytes.length % 4 !== 0) return undefined
      for (let at = reader.at - reader.bytes.length; at < reader.at; at += 4) floats.push(view.getFloat32(at, true))
    } else if (tensors && reader.isBytes(ATTRIBUTE.tensor)) {
      const list = readTensorList(reader.bytes)
      if (list === undefined) return undefined
      for (const value of list.ints) ints.push(value)
      for (const value of list.floats) floats.push(value)
    } else if ([ATTRIBUTE.tensor, ATTRIBUTE.graph, ATTRIBUTE.tensors, ATTRIBUTE.graphs].some((field) => reader.isBytes(field)))
      return undefined
  }
  return { name, ints, floats, strings }
}
