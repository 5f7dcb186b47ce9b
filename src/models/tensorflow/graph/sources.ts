import { SluiceError } from '../../../core/errors.ts'
import type { Graph, GraphNode } from '../proto/read-graph.ts'
import { functionRef, graphRef, type NodeRef } from './node-ref.ts'

/** A node where values begin (a constant, a variable, a table, what is restored), and which of its outputs. */
export interface Source {
  readonly node: GraphNode
  readonly path: string
  readonly index: number
  /** Where an input of that node begins. */
  readonly input: (at: number) => Source | undefined
}

/** A node that gives a variable or a table its content. */
export interface Filling {
  readonly node: GraphNode
  /** Where its inputs begin. */
  readonly inputs: readonly (Source | undefined)[]
}

const CALLS = new Set(['PartitionedCall', 'StatefulPartitionedCall'])
const FILLS = new Set([
  'Assign',
  'AssignVariableOp',
  'InitializeTable',
  'InitializeTableV2',
  'LookupTableImport',
  'LookupTableImportV2',
  'InitializeTableFromTextFileV2',
])
const PASSES = new Set(['Identity', 'ReadVariableOp', 'EnsureShape', 'StopGradient'])
const MAX_STEPS = 10_000
const MAX_SCOPES = 100_000
const MAX_DEPTH = 50

interface Place {
  readonly path: string
  readonly nodes: ReadonlyMap<string, GraphNode>
  readonly ref: (text: string) => NodeRef
  /** Where each parameter comes from. */
  readonly parameters: ReadonlyMap<string, { readonly place: Place; readonly text: string | undefined }>
}

/** All nodes of a graph, also inside the functions that it calls, that fill variables and tables. */
export function findFillings(graph: Graph): readonly Filling[] {
  const root: Place = { path: '', nodes: new Map(graph.nodes.map((node) => [node.name, node])), ref: graphRef, parameters: new Map() }
  const fillings: Filling[] = []
  const filling = functionsThatFill(graph)
  const stack: { readonly place: Place; readonly depth: number }[] = [{ place: root, depth: 0 }]
  for (let scopes = 0; stack.length > 0; scopes++) {
    if (scopes > MAX_SCOPES) throw new SluiceError('model.too-large', `the graph calls functions more than ${MAX_SCOPES} times`)
    const { place, depth } = stack.pop()!
    for (const node of place.nodes.values()) {
      if (FILLS.has(node.op)) fillings.push({ node, inputs: node.inputs.map((text) => resolve(graph, place, text)) })
      const called = CALLS.has(node.op) ? node.attributes.get('f')?.functionName : undefined
      if (called !== undefined && filling.has(called) && depth < MAX_DEPTH)
        stack.push({ place: placeOf(graph, { place, node, called })!, depth: depth + 1 })
    }
  }
  return fillings
}

/** Functions in which something is filled, or that call such. */
function functionsThatFill({ functions }: Graph): ReadonlySet<string> {
  const found = new Set<string>()
  for (let size = -1; size < found.size;) {
    size = found.size
    for (const { name, nodes } of functions.values()) {
      if (nodes.some(({ op, attributes }) => FILLS.has(op) || (CALLS.has(op) && found.has(attributes.get('f')?.functionName ?? ''))))
        found.add(name)
    }
  }
  return found
}

function placeOf(graph: Graph, { place, node, called }: { place: Place; node: GraphNode; called: string }): Place | undefined {
  const one = graph.functions.get(called)
  if (one === undefined) return undefined
  const nodes = new Map(one.nodes.map((each) => [each.name, each]))
  return {
    path: `${place.path}${node.name}/`,
    nodes,
    ref: (text) => functionRef(text, nodes),
    parameters: new Map(one.parameters.map((name, i) => [name, { place, text: node.inputs[i] }])),
  }
}

function resolve(graph: Graph, from: Place, written: string | undefined): Source | undefined {
  let place = from
  let text = written
  for (let steps = 0; text !== undefined && steps < MAX_STEPS; steps++) {
    const { name, index } = place.ref(text)
    if (index === null) {
      const given = place.parameters.get(name)
      if (given === undefined) return undefined
      ;({ place, text } = given)
      continue
    }
    const node = place.nodes.get(name)
    if (node === undefined) return undefined
    if (PASSES.has(node.op)) text = node.inputs[0]
    else if (node.op === 'IdentityN') text = node.inputs[index]
    else if (CALLS.has(node.op)) {
      const called = graph.functions.get(node.attributes.get('f')?.functionName ?? '')
      const result = called?.results[index]
      if (called === undefined || result === undefined) return undefined
      place = placeOf(graph, { place, node, called: called.name })!
      text = called.returns.get(result)
    } else {
      const here = place
      return { node, index, path: place.path + name, input: (at) => resolve(graph, here, node.inputs[at]) }
    }
  }
  return undefined
}
