import { SluiceError } from '../../../core/errors.ts'
import type { Graph, GraphFunction, GraphNode } from '../proto/read-graph.ts'
import { functionRef, graphRef, type NodeRef } from './node-ref.ts'
import type { Value } from './value.ts'

/** A graph, or one call of a function, while it is converted: its nodes, what its parameters are, and what its nodes became. */
export interface Scope {
  /** The names of the calls that lead here, each with a `/` behind. */
  readonly path: string
  readonly depth: number
  readonly nodes: ReadonlyMap<string, GraphNode>
  readonly values: Map<string, readonly Value[]>
  readonly ref: (text: string) => NodeRef
  /** Throws where there is no such parameter. */
  readonly parameter: (name: string) => Value
}

const MAX_DEPTH = 100

export function graphScope(graph: Graph): Scope {
  return {
    path: '',
    depth: 0,
    nodes: nodesByName(graph.nodes),
    values: new Map(),
    ref: graphRef,
    parameter: (name) => {
      throw missing(name)
    },
  }
}

export interface Calling {
  readonly caller: Pick<Scope, 'path' | 'depth'>
  readonly node: string
  readonly inputs: readonly Value[]
}

/** The scope of a call. Throws `model.unsupported` where calls are nested too deep. */
export function callScope(called: GraphFunction, { caller, node, inputs }: Calling): Scope {
  if (caller.depth >= MAX_DEPTH)
    throw new SluiceError('model.unsupported', `calls are nested more than ${MAX_DEPTH} deep, in function '${called.name}'`)
  const nodes = nodesByName(called.nodes)
  const places = new Map(called.parameters.map((name, i) => [name, i]))
  return {
    path: `${caller.path}${node}/`,
    depth: caller.depth + 1,
    nodes,
    values: new Map(),
    ref: (text) => functionRef(text, nodes),
    parameter: (name) => {
      const value = inputs[places.get(name) ?? -1]
      if (value === undefined) throw missing(name)
      return value
    },
  }
}

/** What the results of a function are in its body. */
export function returnsOf({ name, results, returns }: GraphFunction): string[] {
  return results.map((result) => {
    const ref = returns.get(result)
    if (ref === undefined) throw new SluiceError('model.malformed', `function '${name}' has no result '${result}'`)
    return ref
  })
}

/** The function of this name. Throws `model.malformed`. */
export function functionNamed({ functions }: Graph, name: string | undefined): GraphFunction {
  const found = functions.get(name ?? '')
  if (found === undefined) throw new SluiceError('model.malformed', `there is no function '${name ?? ''}' in the graph`)
  return found
}

export function missing(name: string): SluiceError {
  return new SluiceError('model.malformed', `there is no node '${name}' in the graph`)
}

const indexed = new WeakMap<readonly GraphNode[], ReadonlyMap<string, GraphNode>>()

/** The nodes by name; kept, since a function may be called many times. */
function nodesByName(nodes: readonly GraphNode[]): ReadonlyMap<string, GraphNode> {
  const known = indexed.get(nodes)
  if (known !== undefined) return known
  const byName = new Map(nodes.map((node) => [node.name, node]))
  if (byName.size < nodes.length) throw new SluiceError('model.malformed', 'two nodes of a graph share a name')
  indexed.set(nodes, byName)
  return byName
}
