import { ATTRIBUTE, DIMENSION, GRAPH, METADATA, MODEL, NODE, OPSET, SHAPE, TENSOR, TENSOR_TYPE, TYPE, VALUE_INFO } from './onnx-fields.ts'
import { bytesField, message, varint, varintField } from './protobuf-writer.ts'
import { TENSOR_TYPES, type TensorType } from './tensor-types.ts'

/** Small ONNX models for tests, written by hand: what an exporter would write, and what none would. */

/** A dimension is a size, or a text where it is open; no shape at all where absent. */
export interface End {
  readonly name: string
  readonly type: TensorType | number
  readonly shape?: readonly (number | string)[]
}

export interface ModelParts {
  readonly inputs: readonly (End | Uint8Array)[]
  readonly outputs: readonly (End | Uint8Array)[]
  /** See `node`. */
  readonly nodes: readonly Uint8Array[]
  /** See `floats` and `rawTensor`. */
  readonly initializers?: readonly Uint8Array[]
  readonly sparseInitializers?: readonly Uint8Array[]
  readonly metadata?: Readonly<Record<string, string>>
  readonly domains?: readonly string[]
}

/** An ONNX file: IR version 8, operator sets 13 and ai.onnx.ml 3. */
export function onnxModel(parts: ModelParts): Uint8Array {
  const versions: Readonly<Record<string, number>> = { '': 13, 'ai.onnx.ml': 3 }
  return message(
    varintField(1, 8),
    bytesField(MODEL.graph, onnxGraph(parts)),
    ...(parts.domains ?? ['', 'ai.onnx.ml']).map((domain) =>
      bytesField(MODEL.opsetImport, message(bytesField(OPSET.domain, domain), varintField(OPSET.version, versions[domain] ?? 1))),
    ),
    ...Object.entries(parts.metadata ?? {}).map(([key, value]) =>
      bytesField(MODEL.metadata, message(bytesField(METADATA.key, key), bytesField(METADATA.value, value))),
    ),
  )
}

export function onnxGraph({ inputs, outputs, nodes, initializers = [], sparseInitializers = [] }: ModelParts): Uint8Array {
  return message(
    ...nodes.map((one) => bytesField(GRAPH.node, one)),
    bytesField(2, 'test'),
    ...initializers.map((one) => bytesField(GRAPH.initializer, one)),
    ...sparseInitializers.map((one) => bytesField(GRAPH.sparseInitializer, one)),
    ...inputs.map((one) => bytesField(GRAPH.input, one instanceof Uint8Array ? one : tensorInfo(one))),
    ...outputs.map((one) => bytesField(GRAPH.output, one instanceof Uint8Array ? one : tensorInfo(one))),
  )
}

export interface NodeParts {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly domain?: string
  /** See the `...Attribute` functions. */
  readonly attributes?: readonly Uint8Array[]
}

export function node(operator: string, { inputs, outputs, domain, attributes = [] }: NodeParts): Uint8Array {
  return message(
    ...inputs.map((name) => bytesField(NODE.input, name)),
    ...outputs.map((name) => bytesField(NODE.output, name)),
    bytesField(NODE.operator, operator),
    ...attributes.map((attribute) => bytesField(NODE.attribute, attribute)),
    ...(domain === undefined ? [] : [bytesField(NODE.domain, domain)]),
  )
}

const KIND = { float: 1, int: 2, text: 3, tensor: 4, graph: 5, floats: 6, ints: 7, texts: 8 }

export function intAttribute(name: string, value: number): Uint8Array {
  return attributeOf(name, KIND.int, varintField(3, value))
}

export function textAttribute(name: string, value: string): Uint8Array {
  return attributeOf(name, KIND.text, bytesField(4, value))
}

export function floatsAttribute(name: string, values: readonly number[]): Uint8Array {
  return attributeOf(name, KIND.floats, bytesField(7, bytesOf(Float32Array.from(values))))
}

export function intsAttribute(name: string, values: readonly (number | bigint)[], { packed = false } = {}): Uint8Array {
  if (packed) return attributeOf(name, KIND.ints, bytesField(ATTRIBUTE.ints, message(...values.map(varint))))
  return attributeOf(name, KIND.ints, ...values.map((value) => varintField(ATTRIBUTE.ints, value)))
}

export function textsAttribute(name: string, values: readonly string[]): Uint8Array {
  return attributeOf(name, KIND.texts, ...values.map((value) => bytesField(ATTRIBUTE.strings, value)))
}

export function tensorAttribute(name: string, value: Uint8Array): Uint8Array {
  return attributeOf(name, KIND.tensor, bytesField(ATTRIBUTE.tensor, value))
}

export function graphAttribute(name: string, value: Uint8Array): Uint8Array {
  return attributeOf(name, KIND.graph, bytesField(ATTRIBUTE.graph, value))
}

function attributeOf(name: string, kind: number, ...values: readonly Uint8Array[]): Uint8Array {
  return message(bytesField(ATTRIBUTE.name, name), ...values, varintField(20, kind))
}

/** A tensor of floats with this shape. */
export function floats(name: string, shape: readonly number[], values: readonly number[]): Uint8Array {
  const dims = shape.map((size) => varintField(1, size))
  return message(
    ...dims,
    varintField(2, TENSOR_TYPES.float32.code),
    bytesField(TENSOR.name, name),
    bytesField(9, bytesOf(Float32Array.from(values))),
  )
}

/** A tensor of 64-bit integers with one dimension. */
export function integers(name: string, values: readonly number[]): Uint8Array {
  const raw = bytesOf(BigInt64Array.from(values, BigInt))
  return message(varintField(1, values.length), varintField(2, TENSOR_TYPES.int64.code), bytesField(TENSOR.name, name), bytesField(9, raw))
}

/** A float tensor whose data are in a file. */
export function externalTensor(name: string, file: string): Uint8Array {
  const entry = message(bytesField(1, 'location'), bytesField(2, file))
  return message(
    varintField(1, 1),
    varintField(2, 1),
    bytesField(TENSOR.name, name),
    bytesField(TENSOR.externalData, entry),
    varintField(14, 1),
  )
}

/** The declaration of an input or output that is a tensor. */
export function tensorInfo({ name, type, shape }: End): Uint8Array {
  const code = typeof type === 'number' ? type : TENSOR_TYPES[type].code
  const dimensions = (shape ?? []).map((size) =>
    bytesField(SHAPE.dimension, typeof size === 'number' ? varintField(DIMENSION.value, size) : bytesField(2, size)),
  )
  const declared = shape === undefined ? [] : [bytesField(TENSOR_TYPE.shape, message(...dimensions))]
  return valueInfo(name, bytesField(TYPE.tensor, message(varintField(TENSOR_TYPE.elementType, code), ...declared)))
}

/** The declaration of what a ZipMap gives: a sequence of maps from a class to a float. */
export function mapsInfo(name: string, keyType: 'int64' | 'string'): Uint8Array {
  const float = bytesField(TYPE.tensor, varintField(TENSOR_TYPE.elementType, 1))
  const map = bytesField(TYPE.map, message(varintField(1, TENSOR_TYPES[keyType].code), bytesField(2, float)))
  return valueInfo(name, bytesField(TYPE.sequence, bytesField(1, map)))
}

function valueInfo(name: string, type: Uint8Array): Uint8Array {
  return message(bytesField(VALUE_INFO.name, name), bytesField(VALUE_INFO.type, type))
}

function bytesOf(values: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
