import { SluiceError } from '../../../core/errors.ts'
import { OPS } from '../ops/index.ts'
import type { Graph, GraphFunction, GraphNode } from '../proto/read-graph.ts'
import { CONTROL_FLOW } from './control-flow.ts'
import { convertFirstLoop, isExit } from './first-loops.ts'
import { OpContext, type ResourceValues } from './op-context.ts'
import type { OnnxBody } from './onnx-body.ts'
import { callScope, missing, returnsOf, type Scope } from './scope.ts'
import type { Tensor, Value } from './value.ts'

/** Ops whose inputs are not what they give: they are leaves. */
const LOOPS = new Set(['NextIteration', 'Enter', 'RefEnter', 'RefNextIteration'])

/** How a called function goes on: from which scope, as which node, with which inputs, into which ONNX graph. */
export interface Call {
  readonly scope: Scope
  readonly node: string
  readonly inputs: readonly Value[]
  readonly body: OnnxBody
}

export interface ConverterOptions {
  readonly resources: ResourceValues
  /** Values that are given from outside, by the node of the outermost graph. */
  readonly given: ReadonlyMap<string, Value>
  /** How many nodes may be converted, each as often as its function is called. */
  readonly maxNodes: number
}

/** Converts the nodes that outputs need, each once, without recursion along the graph: it may be thousands of nodes deep. */
export class Converter {
  readonly graph: Graph
  readonly resources: ResourceValues
  readonly #given: ReadonlyMap<string, Value>
  #converted = 0

  readonly #maxNodes: number

  constructor(graph: Graph, { resources, given, maxNodes }: ConverterOptions) {
    this.graph = graph
    this.resources = resources
    this.#given = given
    this.#maxNodes = maxNodes
  }

  /** What these outputs of nodes become. */
  evaluate(scope: Scope, body: OnnxBody, refs: readonly string[]): Value[] {
    for (const text of refs) {
      const { name, index } = scope.ref(text)
      if (index !== null) this.#convertWithInputs(scope, body, name)
    }
    return refs.map((text) => valueAt(scope, text))
  }

  /** What the results of a function become, for these inputs. */
  call(called: GraphFunction, { scope, node, inputs, body }: Call): Value[] {
    return this.evaluate(callScope(called, { caller: scope, node, inputs }), body, returnsOf(called))
  }

  #convertWithInputs(scope: Scope, body: OnnxBody, wanted: string): void {
    const begun = new Set<string>()
    const stack = [wanted]
    while (stack.length > 0) {
      const name = stack.at(-1)!
      if (scope.values.has(name)) {
        stack.pop()
        continue
      }
      const node = scope.nodes.get(name)
      if (node === undefined) throw missing(name)
      if (isExit(node)) {
        stack.pop()
        convertFirstLoop(node, { converter: this, scope, body })
        continue
      }
      if (this.#isGiven(scope, name) || LOOPS.has(node.op) || begun.has(name)) {
        stack.pop()
        scope.values.set(name, this.#convert(scope, body, node))
        continue
      }
      begun.add(name)
      for (const text of node.inputs) {
        const input = scope.ref(text)
        if (input.index === null || scope.values.has(input.name)) continue
        if (begun.has(input.name)) throw cycle(scope.nodes.get(input.name)!)
        stack.push(input.name)
      }
    }
  }

  #isGiven(scope: Scope, name: string): boolean {
    return scope.depth === 0 && this.#given.has(name)
  }

  #convert(scope: Scope, body: OnnxBody, node: GraphNode): readonly Value[] {
    if (++this.#converted > this.#maxNodes)
      throw new SluiceError('model.too-large', `the model calls for more than ${this.#maxNodes} nodes`)
    if (this.#isGiven(scope, node.name)) return [this.#given.get(node.name)!]
    if (LOOPS.has(node.op)) return [refused(node, 'is part of a loop that has no exit here')]
    const inputs = node.inputs.map((text) => valueAt(scope, text))
    const control = CONTROL_FLOW[node.op]
    const entry = OPS[node.op]
    if (entry === undefined && control === undefined) return [refused(node, 'is not supported')]
    const bad =
      node.op === 'Merge'
        ? undefined
        : inputs.find((input) => input.kind === 'dead' || (input.kind === 'refused' && control?.mayBeRefused !== true))
    if (bad !== undefined) return [bad]
    const op = new OpContext({ node, inputs, body, resources: this.resources, path: scope.path + node.name })
    try {
      if (control !== undefined) return control.convert(op, { converter: this, scope })
      const prepared = op.isPrepared ? entry!.prepare?.(op) : undefined
      if (prepared !== undefined && op.inputs.some(isOnlyPrepared)) return prepared
      const given = convertOr(prepared, () => entry!.convert(op))
      const values = withShapes('kind' in given ? [given] : given, node)
      return prepared === undefined ? values : values.map((value, i) => alsoPrepared(value, prepared[i]))
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'model.unsupported') return [{ kind: 'refused', error }]
      throw error
    }
  }
}

/** Whether a tensor is known before the graph runs, and not yet there in it. */
function isOnlyPrepared(value: Value): boolean {
  return value.kind === 'tensor' && value.prepared !== undefined && value.name === undefined
}

/** What the conversion gives, or what is prepared where ONNX has no operators for it. */
function convertOr(prepared: readonly Tensor[] | undefined, convert: () => Value | readonly Value[]): Value | readonly Value[] {
  try {
    return convert()
  } catch (error) {
    if (prepared !== undefined && error instanceof SluiceError && error.code === 'model.unsupported') return prepared
    throw error
  }
}

function alsoPrepared(value: Value, prepared: Tensor | undefined): Value {
  return value.kind === 'tensor' && value.constant === undefined && prepared?.prepared !== undefined
    ? { ...value, prepared: prepared.prepared }
    : value
}

/** Adds the shapes that an exporter wrote down, for ops that need a rank or a size. */
function withShapes(values: readonly Value[], node: GraphNode): readonly Value[] {
  const shapes = node.attributes.get('_output_shapes')?.list?.shapes
  if (shapes === undefined) return values
  return values.map((value, i) => {
    const shape = shapes[i]
    return value.kind === 'tensor' && value.shape === undefined && shape !== undefined ? { ...value, shape } : value
  })
}

/** What an input that names an output of a converted node is. A node that is dead or refused is so in all its outputs. */
function valueAt(scope: Scope, text: string): Value {
  const { name, index } = scope.ref(text)
  if (index === null) return scope.parameter(name)
  const values = scope.values.get(name)
  const value = values?.[index]
  if (value !== undefined) return value
  const only = values?.length === 1 ? values[0] : undefined
  if (only?.kind === 'refused' || only?.kind === 'dead') return only
  const op = scope.nodes.get(name)?.op ?? ''
  return { kind: 'refused', error: new SluiceError('model.unsupported', `output ${index} of op '${op}' (node '${name}') is not supported`) }
}

function refused({ op, name }: GraphNode, why: string): Value {
  return {
    kind: 'refused',
    error: new SluiceError('model.unsupported', `op '${op}' (node '${name}') ${why}`, { details: { op, node: name } }),
  }
}

function cycle({ op, name }: GraphNode): SluiceError {
  return new SluiceError('model.malformed', `the graph goes in a circle at op '${op}' (node '${name}')`)
}
