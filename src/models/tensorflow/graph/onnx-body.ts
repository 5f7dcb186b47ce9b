import { ATTRIBUTE, DIMENSION, GRAPH, MODEL, NODE, OPSET, SHAPE, TENSOR, TENSOR_TYPE, TYPE, VALUE_INFO } from '../../onnx/onnx-fields.ts'
import { bytesField, message, varintField } from '../../onnx/protobuf-writer.ts'
import type { ConstTensor } from '../const-tensor.ts'
import { DATA_TYPES, type DataType } from '../data-types.ts'
import type { Shape } from '../proto/read-tensor.ts'
import { PreparationBuilder } from './preparation-builder.ts'
import type { Tensor, TensorList } from './value.ts'

/** An attribute of an ONNX node: an integer, a text, integers, or what its key says. */
export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly texts: readonly (string | Uint8Array)[] }
  | { readonly graph: Uint8Array }

export interface OnnxNode {
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>
  readonly domain?: string
}

/** An input or output of a graph. */
export interface OnnxEnd {
  readonly name: string
  readonly type: DataType
  readonly shape?: Shape
  /** Where true, it is a sequence of such tensors. */
  readonly isSequence?: boolean
}

/** The versions of the standard that are written: operator sets 20 and ai.onnx.ml 4, which came with IR version 9. */
const VERSIONS = { ir: 9, opset: 20, ml: 4 } as const
const KIND = { float: 1, int: 2, text: 3, graph: 5, floats: 6, ints: 7, texts: 8 } as const

/** What all graphs of a model share. */
interface Root {
  readonly initializers: Uint8Array[]
  readonly names: Map<ConstTensor, string>
  readonly preparation: PreparationBuilder
  next: number
}

/** An ONNX graph that grows: the model's own, or that of a branch or loop, which sees the names of those around it. */
export class OnnxBody {
  readonly #root: Root
  readonly #nodes: Uint8Array[] = []

  constructor(parent?: OnnxBody) {
    this.#root =
      parent === undefined ? { initializers: [], names: new Map(), preparation: new PreparationBuilder(), next: 0 } : parent.#root
  }

  /** What is done before the graph runs. */
  get preparation(): PreparationBuilder {
    return this.#root.preparation
  }

  /** A name that nothing has. */
  newName(): string {
    return `tf:${this.#root.next++}`
  }

  /** Adds a node whose outputs get these names. */
  add(operator: string, [inputs, outputs]: readonly [readonly string[], readonly string[]], node: OnnxNode = {}): void {
    this.#nodes.push(
      message(
        ...inputs.map((name) => bytesField(NODE.input, name)),
        ...outputs.map((name) => bytesField(NODE.output, name)),
        bytesField(NODE.operator, operator),
        ...Object.entries(node.attributes ?? {}).map(([name, value]) => bytesField(NODE.attribute, attribute(name, value))),
        ...(node.domain === undefined ? [] : [bytesField(NODE.domain, node.domain)]),
      ),
    )
  }

  /** The name of a tensor, which a constant or a prepared value gets here. */
  nameOf(tensor: Tensor): string {
    const { name, constant } = tensor
    if (constant === undefined) return name ?? this.preparation.nameOf(tensor)
    const known = this.#root.names.get(constant)
    if (known !== undefined) return known
    const fresh = this.newName()
    this.#root.names.set(constant, fresh)
    this.#root.initializers.push(initializer(fresh, constant))
    return fresh
  }

  /** The name of a list as a sequence. */
  sequenceOf(list: TensorList): string {
    if (list.sequence !== undefined) return list.sequence
    const name = this.newName()
    this.add('SplitToSequence', [[this.nameOf(list.stacked!)], [name]], { attributes: { axis: 0, keepdims: 0 } })
    return name
  }

  /** The graph, as the attribute of a node. */
  graph(inputs: readonly OnnxEnd[], outputs: readonly OnnxEnd[]): Uint8Array {
    return graphOf(this.#nodes, [], { inputs, outputs })
  }

  /** The whole model. */
  model(inputs: readonly OnnxEnd[], outputs: readonly OnnxEnd[]): Uint8Array {
    const opset = (domain: string, version: number): Uint8Array =>
      bytesField(MODEL.opsetImport, message(bytesField(OPSET.domain, domain), varintField(OPSET.version, version)))
    return message(
      varintField(1, VERSIONS.ir),
      bytesField(MODEL.graph, graphOf(this.#nodes, this.#root.initializers, { inputs: [...inputs, ...this.preparation.ends], outputs })),
      opset('', VERSIONS.opset),
      opset('ai.onnx.ml', VERSIONS.ml),
    )
  }
}

interface Ends {
  readonly inputs: readonly OnnxEnd[]
  readonly outputs: readonly OnnxEnd[]
}

function graphOf(nodes: readonly Uint8Array[], initializers: readonly Uint8Array[], { inputs, outputs }: Ends): Uint8Array {
  return message(
    ...nodes.map((one) => bytesField(GRAPH.node, one)),
    bytesField(2, 'tensorflow'),
    ...initializers.map((one) => bytesField(GRAPH.initializer, one)),
    ...inputs.map((one) => bytesField(GRAPH.input, valueInfo(one))),
    ...outputs.map((one) => bytesField(GRAPH.output, valueInfo(one))),
  )
}

function valueInfo({ name, type, shape, isSequence }: OnnxEnd): Uint8Array {
  const sizes = shape?.map((size) => bytesField(SHAPE.dimension, size === null ? new Uint8Array(0) : varintField(DIMENSION.value, size)))
  const declared = sizes === undefined ? [] : [bytesField(TENSOR_TYPE.shape, message(...sizes))]
  const tensor = bytesField(TYPE.tensor, message(varintField(TENSOR_TYPE.elementType, DATA_TYPES[type].onnx), ...declared))
  const kind = isSequence === true ? bytesField(TYPE.sequence, bytesField(1, tensor)) : tensor
  return message(bytesField(VALUE_INFO.name, name), bytesField(VALUE_INFO.type, kind))
}

function initializer(name: string, { type, shape, raw, texts }: ConstTensor): Uint8Array {
  return message(
    ...shape.map((size) => varintField(1, size)),
    varintField(2, DATA_TYPES[type].onnx),
    ...(texts ?? []).map((text) => bytesField(6, text)),
    bytesField(TENSOR.name, name),
    ...(texts === undefined ? [bytesField(9, raw)] : []),
  )
}

function attribute(name: string, value: OnnxAttribute): Uint8Array {
  const of = (kind: number, ...fields: readonly Uint8Array[]): Uint8Array =>
    message(bytesField(ATTRIBUTE.name, name), ...fields, varintField(20, kind))
  if (typeof value === 'number') return of(KIND.int, varintField(3, value))
  if (typeof value === 'string') return of(KIND.text, bytesField(4, value))
  if ('graph' in value) return of(KIND.graph, bytesField(ATTRIBUTE.graph, value.graph))
  if ('texts' in value) return of(KIND.texts, ...value.texts.map((text) => bytesField(ATTRIBUTE.strings, text)))
  if ('float' in value) return of(KIND.float, message(Uint8Array.of((2 << 3) | 5), floatBytes([value.float])))
  if ('floats' in value) return of(KIND.floats, bytesField(7, floatBytes(value.floats)))
  return of(KIND.ints, ...value.map((one) => varintField(ATTRIBUTE.ints, one)))
}

function floatBytes(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer)
}
