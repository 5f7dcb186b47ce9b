import { SluiceError } from '../../../core/errors.ts'
import { graphRef } from '../graph/node-ref.ts'
import { type Graph, readGraph } from './read-graph.ts'
import { entryOf, readMessage, textIn } from './reader.ts'
import { readShape, type Shape } from './read-tensor.ts'

/** A tensor that a signature names: `node:output`, with what it declares. */
export interface SignatureTensor {
  readonly key: string
  readonly ref: string
  /** TensorFlow's number of the element type; 0 where it is not declared. */
  readonly type: number
  readonly shape: Shape
}

export interface Signature {
  readonly inputs: readonly SignatureTensor[]
  readonly outputs: readonly SignatureTensor[]
}

/** A graph of a saved model with what it can be asked (meta_graph.proto). */
export interface MetaGraph {
  readonly tags: readonly string[]
  /** The GraphDef, which is read once it is chosen. */
  readonly graph: Uint8Array
  /** The SavedObjectGraph of TensorFlow 2; empty where there is none. */
  readonly objectGraph: Uint8Array
  /** The files in the assets folder, by the nodes that stand for their paths. */
  readonly assets: ReadonlyMap<string, string>
  /** In the order of their names. */
  readonly signatures: ReadonlyMap<string, Signature>
}

const META_GRAPH = { info: 1, graph: 2, signature: 5, asset: 6, objectGraph: 7 } as const
const TAGS = 4
const SIGNATURE = { inputs: 1, outputs: 2 } as const

/** Reads a SavedModel (saved_model.proto). Throws `model.malformed`. */
export function readSavedModel(bytes: Uint8Array): readonly MetaGraph[] {
  const graphs: MetaGraph[] = []
  const reader = readMessage(bytes)
  while (reader.next()) if (reader.isBytes(2)) graphs.push(readMetaGraph(reader.bytes))
  if (graphs.length === 0) throw new SluiceError('model.malformed', 'the bytes are not a TensorFlow SavedModel: there is no graph in it')
  return graphs
}

function readMetaGraph(bytes: Uint8Array): MetaGraph {
  const tags: string[] = []
  let graph: Uint8Array = new Uint8Array(0)
  let objectGraph: Uint8Array = new Uint8Array(0)
  const assets = new Map<string, string>()
  const signatures: [string, Signature][] = []
  const reader = readMessage(bytes)
  while (reader.next()) {
    if (reader.isBytes(META_GRAPH.info)) {
      const info = readMessage(reader.bytes)
      while (info.next()) if (info.isBytes(TAGS)) tags.push(info.text)
    } else if (reader.isBytes(META_GRAPH.graph)) graph = reader.bytes
    else if (reader.isBytes(META_GRAPH.objectGraph)) objectGraph = reader.bytes
    else if (reader.isBytes(META_GRAPH.asset)) readAsset(reader.bytes, assets)
    else if (reader.isBytes(META_GRAPH.signature)) {
      const { key, value } = entryOf(reader.bytes)
      signatures.push([key, readSignature(value)])
    }
  }
  // A map has no order on the wire.
  return { tags, graph, objectGraph, assets, signatures: new Map(signatures.sort(([a], [b]) => (a < b ? -1 : 1))) }
}

function readAsset(bytes: Uint8Array, into: Map<string, string>): void {
  let node = ''
  const reader = readMessage(bytes)
  while (reader.next()) if (reader.isBytes(1)) node = graphRef(textIn(reader.bytes, 1)).name
  into.set(node, textIn(bytes, 2))
}

function readSignature(bytes: Uint8Array): Signature {
  const inputs: SignatureTensor[] = []
  const outputs: SignatureTensor[] = []
  const reader = readMessage(bytes)
  while (reader.next()) {
    const into = reader.isBytes(SIGNATURE.inputs) ? inputs : reader.isBytes(SIGNATURE.outputs) ? outputs : undefined
    if (into === undefined) continue
    const { key, value } = entryOf(reader.bytes)
    into.push(readTensorInfo(key, value))
  }
  const byKey = (a: SignatureTensor, b: SignatureTensor): number => (a.key < b.key ? -1 : 1)
  return { inputs: inputs.sort(byKey), outputs: outputs.sort(byKey) }
}

function readTensorInfo(key: string, bytes: Uint8Array): SignatureTensor {
  let type = 0
  let shape: Shape
  const ref = textIn(bytes, 1)
  const reader = readMessage(bytes)
  while (reader.next()) {
    if (reader.isVarint(2)) type = reader.int32
    else if (reader.isBytes(3)) shape = readShape(reader.bytes)
  }
  if (ref === '')
    throw new SluiceError('model.unsupported', `'${key}' of a signature is no plain tensor (sparse and composite ones can't be served)`)
  return { key, ref, type, shape }
}

/** The graph that has all of these tags; by default the one for serving, or the only one. Throws `model.unsupported` naming those that there are. */
export function chooseMetaGraph(graphs: readonly MetaGraph[], wanted: readonly string[] | undefined): MetaGraph {
  const tags = wanted ?? ['serve']
  // The exact set first: a graph for serving on accelerators has the tags serve and tpu.
  const matching = graphs.filter((graph) => tags.every((tag) => graph.tags.includes(tag)))
  const found = matching.find((graph) => graph.tags.length === tags.length) ?? matching[0]
  if (found !== undefined) return found
  if (wanted === undefined && graphs.length === 1) return graphs[0]!
  const there = graphs.map((graph) => `[${graph.tags.join(', ')}]`).join(', ')
  throw new SluiceError('model.unsupported', `the SavedModel has no graph with the tags [${tags.join(', ')}]; it has ${there}`)
}

/** The signature of this name; by default `serving_default`, or the first that has inputs and outputs. */
export function chooseSignature({ signatures }: MetaGraph, wanted: string | undefined): Signature {
  const served = [...signatures].filter(([name]) => !name.startsWith('__saved_model'))
  const names = served.map(([name]) => name)
  const name = wanted ?? (names.includes('serving_default') ? 'serving_default' : served.find(([, one]) => one.outputs.length > 0)?.[0])
  const signature = name === undefined ? undefined : signatures.get(name)
  if (signature !== undefined) return signature
  const there = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`
  throw new SluiceError('model.unsupported', `the SavedModel has no signature${name === undefined ? '' : ` '${name}'`}; ${there}`)
}

/** The graph of a meta graph, read. */
export function graphOf(meta: MetaGraph): Graph {
  return readGraph(meta.graph)
}
