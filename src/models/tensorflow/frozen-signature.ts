import { SluiceError } from '../../core/errors.ts'
import { graphRef } from './graph/node-ref.ts'
import type { TensorFlowMetadata } from './metadata.ts'
import type { Graph, GraphNode } from './proto/read-graph.ts'
import type { Signature, SignatureTensor } from './proto/read-saved-model.ts'
import type { Shape } from './proto/read-tensor.ts'

const NO_ENDS = new Set(['Const', 'NoOp', 'Assert', 'Placeholder', 'Print', 'SaveV2', 'RestoreV2', 'Assign', 'VarHandleOp'])
const PASSES = new Set(['Identity', 'StopGradient', 'Snapshot'])

/** What goes in and comes out of a graph without signatures: what the metadata says, else its placeholders and the nodes that nothing uses. */
export function frozenSignature(graph: Graph, { inputs, outputs }: Pick<TensorFlowMetadata, 'inputs' | 'outputs'>): Signature {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]))
  const find = (ref: string): GraphNode => {
    const node = nodes.get(graphRef(ref).name)
    if (node === undefined) throw new SluiceError('model.descriptor.malformed', `the graph has no node '${ref}', which the metadata names`)
    return node
  }
  const placeholders = graph.nodes.filter((node) => node.op === 'Placeholder').map((node) => node.name)
  const used = new Set(graph.nodes.flatMap((node) => node.inputs.map((input) => graphRef(input).name)))
  const ends = graph.nodes.filter((node) => !used.has(node.name) && !NO_ENDS.has(node.op)).map((node) => node.name)
  const [from, to] = [inputs ?? placeholders, outputs ?? ends]
  if (from.length === 0)
    throw new SluiceError('model.unsupported', 'the graph has no placeholder; name its inputs in the metadata as graph_inputs')
  if (to.length === 0)
    throw new SluiceError(
      'model.unsupported',
      'all nodes of the graph are used by others; name its outputs in the metadata as graph_outputs',
    )
  return {
    inputs: from.map((ref) => inputOf(graph, ref, find(ref))),
    outputs: to.map((ref): SignatureTensor => ({ key: find(ref) && ref, ref, type: 0, shape: undefined })),
  }
}

function inputOf(graph: Graph, ref: string, node: GraphNode): SignatureTensor {
  const shape = node.attributes.get('shape')?.shape?.sizes
  const type = node.attributes.get('dtype')?.type ?? node.attributes.get('T')?.type ?? 0
  return {
    key: ref,
    ref,
    type,
    shape: shape?.slice(1).every((size) => size !== null) === true ? shape : (shapeByUse(graph, node) ?? shape),
  }
}

/** The shape of an input that goes into a product with known weights: as many columns as these have rows. */
function shapeByUse(graph: Graph, input: GraphNode): Shape {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]))
  const names = new Set([input.name])
  for (const node of graph.nodes) {
    const [first, second] = node.inputs.map((text) => graphRef(text).name)
    if (first === undefined || !names.has(first)) continue
    if (PASSES.has(node.op)) names.add(node.name)
    if (node.op !== 'MatMul' || second === undefined || node.attributes.get('transpose_a')?.bool === true) continue
    let weights = nodes.get(second)
    for (let steps = 0; weights !== undefined && PASSES.has(weights.op) && steps < 100; steps++)
      weights = nodes.get(graphRef(weights.inputs[0] ?? '').name)
    const sizes = weights?.op === 'Const' ? weights.attributes.get('value')?.tensor?.().shape : undefined
    const rows = sizes?.[node.attributes.get('transpose_b')?.bool === true ? 1 : 0]
    if (rows !== undefined) return [null, rows]
  }
  return undefined
}
