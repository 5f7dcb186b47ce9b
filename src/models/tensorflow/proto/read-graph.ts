import { SluiceError } from '../../../core/errors.ts'
import type { ConstTensor } from '../const-tensor.ts'
import { entryOf, readMessage, textIn } from './reader.ts'
import { readShape, readTensor, type Shape } from './read-tensor.ts'

/** The value of a node's attribute (attr_value.proto), by kind. */
export interface AttributeValue {
  readonly text?: string
  readonly int?: number
  readonly float?: number
  readonly bool?: boolean
  /** TensorFlow's number of an element type. */
  readonly type?: number
  readonly shape?: { readonly sizes: Shape }
  /** Read when it is asked for: most weights of a graph are. */
  readonly tensor?: () => ConstTensor
  readonly functionName?: string
  readonly list?: AttributeList
}

export interface AttributeList {
  readonly texts: readonly string[]
  readonly ints: readonly number[]
  readonly floats: readonly number[]
  readonly types: readonly number[]
  readonly shapes: readonly Shape[]
  readonly functionNames: readonly string[]
}

/** A node of a graph or function (node_def.proto). Inputs are as written: `name`, `name:1`, `name:output:0`; control inputs are left out. */
export interface GraphNode {
  readonly name: string
  readonly op: string
  readonly inputs: readonly string[]
  readonly attributes: ReadonlyMap<string, AttributeValue>
}

/** A function of a graph's library (function.proto). */
export interface GraphFunction {
  readonly name: string
  readonly parameters: readonly string[]
  readonly results: readonly string[]
  readonly nodes: readonly GraphNode[]
  /** By result: which output of which node it is. */
  readonly returns: ReadonlyMap<string, string>
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly functions: ReadonlyMap<string, GraphFunction>
}

const MAX_NODES = 1_000_000

/** Reads a GraphDef (graph.proto). Throws `model.malformed`. */
export function readGraph(bytes: Uint8Array): Graph {
  const nodes: GraphNode[] = []
  const functions = new Map<string, GraphFunction>()
  const reader = readMessage(bytes)
  while (reader.next()) {
    if (reader.isBytes(1)) nodes.push(readNode(reader.bytes))
    else if (reader.isBytes(2)) {
      const library = readMessage(reader.bytes)
      while (library.next()) {
        if (!library.isBytes(1)) continue
        const one = readFunction(library.bytes)
        functions.set(one.name, one)
      }
    }
    if (nodes.length > MAX_NODES) throw new SluiceError('model.too-large', `the graph has more than ${MAX_NODES} nodes`)
  }
  return { nodes, functions }
}

function readNode(bytes: Uint8Array): GraphNode {
  let name = ''
  let op = ''
  const inputs: string[] = []
  const attributes = new Map<string, AttributeValue>()
  const reader = readMessage(bytes)
  while (reader.next()) {
    if (reader.isBytes(1)) name = reader.text
    else if (reader.isBytes(2)) op = reader.text
    else if (reader.isBytes(3)) {
      const input = reader.text
      if (!input.startsWith('^')) inputs.push(input)
    } else if (reader.isBytes(5)) {
      const { key, value } = entryOf(reader.bytes)
      attributes.set(key, readAttribute(value))
    }
  }
  if (name === '' || op === '')
    throw new SluiceError('model.malformed', `the bytes are not a TensorFlow model: a node has no name or no op`)
  return { name, op, inputs, attributes }
}

function readFunction(bytes: Uint8Array): GraphFunction {
  let name = ''
  const parameters: string[] = []
  const results: string[] = []
  const nodes: GraphNode[] = []
  const returns = new Map<string, string>()
  const reader = readMessage(bytes)
  while (reader.next()) {
    if (reader.isBytes(1)) {
      const signature = readMessage(reader.bytes)
      while (signature.next()) {
        if (signature.isBytes(1)) name = signature.text
        else if (signature.isBytes(2)) parameters.push(textIn(signature.bytes, 1))
        else if (signature.isBytes(3)) results.push(textIn(signature.bytes, 1))
      }
    } else if (reader.isBytes(3)) nodes.push(readNode(reader.bytes))
    else if (reader.isBytes(4)) {
      const { key, value } = entryOf(reader.bytes)
      returns.set(key, new TextDecoder().decode(value))
    }
  }
  return { name, parameters, results, nodes, returns }
}

function readAttribute(bytes: Uint8Array): AttributeValue {
  let value: AttributeValue = {}
  const reader = readMessage(bytes)
  while (reader.next()) {
    const { field } = reader
    if (reader.isBytes(1)) value = { list: readList(reader.bytes) }
    else if (reader.isBytes(2)) value = { text: reader.text }
    else if (reader.isVarint(3)) value = { int: Number(reader.int64) }
    else if (reader.isFixed32(4)) value = { float: floatOf(reader.bytes) }
    else if (reader.isVarint(5)) value = { bool: reader.int32 !== 0 }
    else if (reader.isVarint(6)) value = { type: reader.int32 }
    else if (reader.isBytes(7)) value = { shape: { sizes: readShape(reader.bytes) } }
    else if (reader.isBytes(8)) value = { tensor: once(reader.bytes) }
    else if (field === 10 && reader.isBytes(10)) value = { functionName: textIn(reader.bytes, 1) }
  }
  return value
}

function once(bytes: Uint8Array): () => ConstTensor {
  let read: ConstTensor | undefined
  return () => (read ??= readTensor(bytes))
}

function readList(bytes: Uint8Array): AttributeList {
  const list = {
    texts: [] as string[],
    ints: [] as number[],
    floats: [] as number[],
    types: [] as number[],
    shapes: [] as Shape[],
    functionNames: [] as string[],
  }
  const reader = readMessage(bytes)
  while (reader.next()) {
    const { field } = reader
    if (reader.isBytes(2)) list.texts.push(reader.text)
    else if (field === 3) list.ints.push(...(reader.isBytes(3) ? reader.packedInt64() : [reader.int64]).map(Number))
    else if (field === 4) for (let at = 0; at + 4 <= reader.bytes.length; at += 4) list.floats.push(floatOf(reader.bytes, at))
    else if (field === 6) list.types.push(...(reader.isBytes(6) ? reader.packedInt64() : [reader.int64]).map(Number))
    else if (reader.isBytes(7)) list.shapes.push(readShape(reader.bytes))
    else if (reader.isBytes(9)) list.functionNames.push(textIn(reader.bytes, 1))
  }
  return list
}

function floatOf(bytes: Uint8Array, at = 0): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat32(at, true)
}
