import { SluiceError } from '../../../core/errors.ts'
import { type ConstTensor, numbersOf, tensorOf } from '../const-tensor.ts'
import { DATA_TYPES, type DataType, dataTypeOf } from '../data-types.ts'
import type { StepAttributes } from '../../onnx/preparation/steps.ts'
import type { AttributeValue, GraphNode } from '../proto/read-graph.ts'
import type { OnnxBody, OnnxNode } from './onnx-body.ts'
import { constantValue, type Resource, type Tensor, type TensorList, type Value } from './value.ts'

/** Variables and tables of a model, by the resources that stand for them. */
export interface ResourceValues {
  /** Throws where the variable has no saved value. */
  variable(resource: Resource): ConstTensor
  /** Throws where nothing fills the table. */
  table(resource: Resource): { readonly keys: ConstTensor; readonly values: ConstTensor }
}

export interface OpCall {
  readonly node: GraphNode
  readonly inputs: readonly Value[]
  readonly body: OnnxBody
  readonly resources: ResourceValues
  /** The names of the calls and the node itself: what names a resource that it makes. */
  readonly path: string
}

export interface NodeOptions extends OnnxNode {
  /** The element type of the output; that of the first input where absent. */
  readonly type?: DataType
}

/** One node of a TensorFlow graph while it is converted: what goes in, what it says, and the ONNX graph to add to. */
export class OpContext {
  readonly node: GraphNode
  readonly inputs: readonly Value[]
  readonly body: OnnxBody
  readonly resources: ResourceValues
  readonly path: string

  constructor({ node, inputs, body, resources, path }: OpCall) {
    this.node = node
    this.inputs = inputs
    this.body = body
    this.resources = resources
    this.path = path
  }

  /** The input at a place, which must be a tensor. */
  tensor(at: number): Tensor {
    const value = this.inputs[at]
    if (value?.kind === 'tensor') return value
    throw this.malformed(value === undefined ? `lacks its input ${at}` : `has a ${value.kind} as input ${at}`)
  }

  /** All inputs from `from` to `to`, as tensors. */
  tensors(from = 0, to = this.inputs.length): Tensor[] {
    return this.inputs.slice(from, to).map((_, i) => this.tensor(from + i))
  }

  resource(at: number): Resource {
    const value = this.inputs[at]
    if (value?.kind === 'resource') return value
    throw this.malformed(`has no variable or table as input ${at}`)
  }

  list(at: number): TensorList {
    const value = this.inputs[at]
    if (value?.kind === 'list') return value
    throw this.malformed(`has no list as input ${at}`)
  }

  /** The numbers of an input that is constant. Throws `model.unsupported` where they are known only at run time. */
  numbers(at: number, what: string): number[] {
    const found = this.knownNumbers(at)
    if (found !== undefined) return found
    throw this.unsupported(`takes ${what} that are computed; they must be constant`)
  }

  knownNumbers(at: number): number[] | undefined {
    const { constant } = this.tensor(at)
    return constant && numbersOf(constant)
  }

  attribute(name: string): AttributeValue {
    return this.node.attributes.get(name) ?? {}
  }

  flag(name: string): boolean {
    return this.attribute(name).bool ?? false
  }

  int(name: string, otherwise = 0): number {
    return this.attribute(name).int ?? otherwise
  }

  text(name: string): string {
    return this.attribute(name).text ?? ''
  }

  ints(name: string): readonly number[] {
    return this.attribute(name).list?.ints ?? []
  }

  /** The element type that an attribute says. */
  type(name: string, otherwise?: DataType): DataType {
    const number = this.attribute(name).type
    if (number === undefined && otherwise !== undefined) return otherwise
    return dataTypeOf(number ?? 0, `node '${this.node.name}'`)
  }

  /** Adds an ONNX node with one output. An absent input is left out. */
  add(operator: string, inputs: readonly (Tensor | undefined)[], options: NodeOptions = {}): Tensor {
    return this.addMany(operator, inputs, { ...options, types: [options.type ?? inputs[0]!.type] })[0]!
  }

  /** Adds an ONNX node with an output of each of these types. */
  addMany(operator: string, inputs: readonly (Tensor | undefined)[], options: OnnxNode & { types: readonly DataType[] }): Tensor[] {
    const outputs = options.types.map((type) => ({ kind: 'tensor' as const, type, name: this.body.newName() }))
    const names = inputs.map((input) => (input === undefined ? '' : this.body.nameOf(input)))
    this.body.add(operator, [names, outputs.map((output) => output.name)], options)
    return outputs
  }

  /** Whether all inputs are there before the graph runs, and not all constant. */
  get isPrepared(): boolean {
    const { preparation } = this.body
    const isThere = (value: Value): boolean => value.kind === 'tensor' && preparation.has(value)
    return this.inputs.every(isThere) && this.inputs.some((value) => value.kind === 'tensor' && value.prepared !== undefined)
  }

  /** Adds a step that is done before the graph runs, with the inputs of the node. */
  prepare(step: string, outputs: readonly Pick<Tensor, 'type' | 'shape'>[], attributes: StepAttributes = {}): Tensor[] {
    return this.body.preparation.add(step, this.tensors(), { attributes, outputs })
  }

  /** The tensor with this shape, where it is known. */
  shaped(tensor: Tensor, shape: Tensor['shape']): Tensor {
    return shape === undefined ? tensor : { ...tensor, shape }
  }

  /** A list of 64-bit integers, as ONNX takes axes and shapes. */
  axes(values: readonly number[]): Tensor {
    return constantValue(tensorOf('int64', [values.length], values))
  }

  scalar(type: DataType, value: number): Tensor {
    return constantValue(tensorOf(type, [], [value]))
  }

  cast(tensor: Tensor, type: DataType): Tensor {
    if (tensor.type === type) return tensor
    const numbers =
      tensor.constant && (type === 'int64' || type === 'int32') && isInteger(tensor.type) ? numbersOf(tensor.constant) : undefined
    if (numbers?.every(Number.isSafeInteger)) return constantValue(tensorOf(type, tensor.constant!.shape, numbers))
    return this.shaped(this.add('Cast', [tensor], { type, attributes: { to: DATA_TYPES[type].onnx } }), tensor.shape)
  }

  unsupported(what: string): SluiceError {
    const { op, name } = this.node
    return new SluiceError('model.unsupported', `op '${op}' (node '${name}') ${what}`, { details: { op, node: name } })
  }

  malformed(what: string): SluiceError {
    const { op, name } = this.node
    return new SluiceError('model.malformed', `op '${op}' (node '${name}') ${what}`, { details: { op, node: name } })
  }
}

function isInteger(type: DataType): boolean {
  return type.includes('int')
}
