import { GRAPH, MODEL, NODE } from '../onnx-fields.ts'
import { textOf } from '../onnx-graph.ts'
import { ProtobufReader } from '../protobuf-reader.ts'
import { asRegressor } from './as-regressor.ts'
import { type Attribute, readAttributes } from './attributes.ts'
import { headOf, type TreeHead } from './tree-heads.ts'

/** A graph that is one ensemble of trees: its only operator but for those that hand values on, and heads in front of it. */
export interface TreeGraph {
  /** TreeEnsemble, which came later, is read as the regressor that says the same. */
  readonly operator: 'TreeEnsembleRegressor' | 'TreeEnsembleClassifier'
  readonly attributes: ReadonlyMap<string, Attribute>
  /** What is done with the input before, in its order. */
  readonly heads: readonly TreeHead[]
  /** By name of an output of the graph: which output of the ensemble it is. */
  readonly origins: ReadonlyMap<string, number>
}

interface Node {
  readonly operator: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: readonly Uint8Array[]
}

const ENSEMBLES: ReadonlySet<string> = new Set(['TreeEnsembleRegressor', 'TreeEnsembleClassifier', 'TreeEnsemble'])
const INT64 = 7
const FLOAT = 1
const MAX_NODES = 16

/**
 * Recognises a model that is one tree ensemble over the only input of its graph, whose outputs are the graph's, directly or by way of
 * ZipMap, Identity and Casts to the type that they have. Undefined for any other model.
 */
export function recogniseTreeGraph(bytes: Uint8Array, input: string): TreeGraph | undefined {
  const nodes = nodesOf(bytes)
  const ensemble = nodes?.find((node) => ENSEMBLES.has(node.operator) && node.domain === 'ai.onnx.ml')
  if (nodes === undefined || ensemble === undefined) return undefined
  const before = new Map<string, readonly TreeHead[]>([[input, []]])
  let heads: readonly TreeHead[] = []
  const origins = new Map<string, number>()
  for (const node of nodes) {
    const [from = '', ...more] = node.inputs
    if (more.length > 0) return undefined
    if (node === ensemble) {
      const found = before.get(from)
      if (found === undefined || origins.size > 0) return undefined
      heads = found
      for (const [i, output] of node.outputs.entries()) origins.set(output, i)
      continue
    }
    const to = node.outputs[0]
    const origin = origins.get(from)
    if (to === undefined || node.outputs.length > 1) return undefined
    const done = before.get(from)
    if (done !== undefined) {
      const head = handsOn(node, FLOAT) ? [] : headsOf(node)
      if (head === undefined) return undefined
      before.set(to, [...done, ...head])
    } else if (origin !== undefined && handsOn(node, ensemble.operator === 'TreeEnsembleClassifier' && origin === 0 ? INT64 : FLOAT))
      origins.set(to, origin)
    else return undefined
  }
  const isOpset5 = ensemble.operator === 'TreeEnsemble'
  const read = readAttributes(ensemble.attributes, { tensors: isOpset5 })
  const attributes = isOpset5 ? read && asRegressor(read) : read
  // A label of texts can't be cast to a number.
  const casts = nodes.some((node) => node.operator === 'Cast' && castTo(node) === INT64)
  if (attributes === undefined || (casts && attributes.has('classlabels_strings'))) return undefined
  const operator = isOpset5 ? 'TreeEnsembleRegressor' : (ensemble.operator as TreeGraph['operator'])
  return { operator, attributes, heads, origins }
}

function headsOf({ operator, domain, attributes }: Node): readonly TreeHead[] | undefined {
  const read = domain === 'ai.onnx.ml' ? readAttributes(attributes) : undefined
  const head = read && headOf(operator, read)
  return head && [head]
}

/** Whether it is worth reading a model as an ensemble of trees: a look at its nodes, however large they are. */
export function mayBeTreeGraph(bytes: Uint8Array): boolean {
  return nodesOf(bytes)?.some((node) => ENSEMBLES.has(node.operator)) ?? false
}

function nodesOf(model: Uint8Array): readonly Node[] | undefined {
  const reader = new ProtobufReader(model)
  const nodes: Node[] = []
  while (reader.next()) {
    if (reader.isBytes(MODEL.functions)) return undefined
    if (!reader.isBytes(MODEL.graph)) continue
    const graph = new ProtobufReader(reader.bytes)
    while (graph.next()) {
      if (graph.isBytes(GRAPH.initializer) || graph.isBytes(GRAPH.sparseInitializer)) return undefined
      if (graph.isBytes(GRAPH.node) && nodes.push(readNode(graph.bytes)) > MAX_NODES) return undefined
    }
  }
  return nodes
}

function readNode(bytes: Uint8Array): Node {
  const [inputs, outputs, attributes]: [string[], string[], Uint8Array[]] = [[], [], []]
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.isBytes(NODE.input)) inputs.push(reader.text)
    else if (reader.isBytes(NODE.output)) outputs.push(reader.text)
    else if (reader.isBytes(NODE.attribute)) attributes.push(reader.bytes)
  }
  return { operator: textOf(bytes, NODE.operator), domain: textOf(bytes, NODE.domain), inputs, outputs, attributes }
}

/** Whether a node gives what it takes, where that is of this element type. */
function handsOn(node: Node, type: number): boolean {
  if (node.operator === 'Identity') return true
  if (node.operator === 'ZipMap') return type === FLOAT
  return node.operator === 'Cast' && castTo(node) === type
}

function castTo(node: Node): number | undefined {
  return readAttributes(node.attributes)?.get('to')?.ints[0]
}
