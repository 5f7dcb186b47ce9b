import { SluiceError } from '../../core/errors.ts'
import type { Preparation } from '../onnx/preparation/preparation.ts'
import { openSavedModel } from './archive/open-archive.ts'
import { EMPTY_BUNDLE, readBundle } from './bundle/read-bundle.ts'
import { dataTypeOf } from './data-types.ts'
import { Converter } from './graph/converter.ts'
import { graphRef } from './graph/node-ref.ts'
import { OnnxBody, type OnnxEnd } from './graph/onnx-body.ts'
import { readSavedValues, type SavedFiles } from './graph/saved-values.ts'
import { graphScope } from './graph/scope.ts'
import type { Value } from './graph/value.ts'
import { frozenSignature } from './frozen-signature.ts'
import { readMetadata } from './metadata.ts'
import { type Graph, readGraph } from './proto/read-graph.ts'
import { readVariableKeys } from './proto/read-object-graph.ts'
import { chooseMetaGraph, chooseSignature, graphOf, type MetaGraph, readSavedModel, type Signature } from './proto/read-saved-model.ts'

const NO_FILES: SavedFiles = { bundle: EMPTY_BUNDLE, variableKeys: new Map(), assets: new Map(), asset: () => undefined }

export type TensorFlowFormat = 'tensorflow' | 'tensorflow-saved'

/** A model that was read: a graph and what it can be asked. */
export interface OpenedModel {
  readonly graph: Graph
  readonly signature: Signature
  /** Of a saved model: the graph that was chosen, and its files by their paths. */
  readonly saved?: { readonly meta: MetaGraph; readonly files: ReadonlyMap<string, Uint8Array> }
}

/** Reads a frozen graph or a saved model, and chooses what the metadata asks of it. Throws `model.malformed` or `model.unsupported`. */
export function openTensorFlow(format: TensorFlowFormat, bytes: Uint8Array, metadata: Readonly<Record<string, string>>): OpenedModel {
  const wanted = readMetadata(metadata)
  if (format === 'tensorflow') {
    const graph = readGraph(bytes)
    if (graph.nodes.length === 0) throw new SluiceError('model.malformed', 'the bytes are not a TensorFlow graph: there are no nodes in it')
    return { graph, signature: frozenSignature(graph, wanted) }
  }
  const files = openSavedModel(bytes)
  const meta = chooseMetaGraph(readSavedModel(files.get('saved_model.pb')!), wanted.tags)
  return { graph: graphOf(meta), signature: chooseSignature(meta, wanted.signature), saved: { meta, files } }
}

/** An ONNX model, and what is done with its inputs before it runs. */
export interface ConvertedModel {
  readonly onnx: Uint8Array
  readonly preparation?: Preparation | undefined
}

/** Makes the ONNX model of a frozen graph or a saved model. Throws `model.malformed`, `model.unsupported` naming what is not, or `model.too-large`. */
export function convertToOnnx(
  format: TensorFlowFormat,
  bytes: Uint8Array,
  { metadata, maxNodes }: { readonly metadata: Readonly<Record<string, string>>; readonly maxNodes: number },
): ConvertedModel {
  const { graph, signature, saved } = openTensorFlow(format, bytes, metadata)
  const files = saved === undefined ? NO_FILES : filesOf(saved.files, saved.meta)
  const mayDropDead = saved === undefined && readMetadata(metadata).outputs === undefined
  return convert({ graph, signature, files, mayDropDead, maxNodes })
}

function filesOf(files: ReadonlyMap<string, Uint8Array>, { assets, objectGraph }: MetaGraph): SavedFiles {
  const index = files.get('variables/variables.index')
  const shardOf = (shard: number, shards: number): Uint8Array => {
    const name = `variables/variables.data-${number5(shard)}-of-${number5(shards)}`
    const data = files.get(name)
    if (data === undefined) throw new SluiceError('model.malformed', `the SavedModel has no ${name}`)
    return data
  }
  const bundle = index === undefined ? EMPTY_BUNDLE : readBundle(index, shardOf)
  return {
    bundle,
    variableKeys: readVariableKeys(objectGraph, bundle),
    assets,
    asset: (name) => files.get(`assets/${name}`),
  }
}

function number5(value: number): string {
  return String(value).padStart(5, '0')
}

interface Conversion {
  readonly graph: Graph
  readonly signature: Signature
  readonly files: SavedFiles
  /** Whether outputs that are never computed, in branches that are not taken, may be left out. */
  readonly mayDropDead: boolean
  readonly maxNodes: number
}

function convert({ graph, signature, files, mayDropDead, maxNodes }: Conversion): ConvertedModel {
  const given = new Map<string, Value>()
  const inputs: OnnxEnd[] = []
  const body = new OnnxBody()
  for (const { key, ref, type, shape } of signature.inputs) {
    const element = dataTypeOf(type, `input '${key}'`)
    inputs.push({ name: key, type: element, shape })
    given.set(graphRef(ref).name, { kind: 'tensor', type: element, name: key, shape, prepared: body.preparation.input(key) })
  }
  const converter = new Converter(graph, { resources: readSavedValues(graph, files), given, maxNodes })
  const values = converter.evaluate(
    graphScope(graph),
    body,
    signature.outputs.map((output) => output.ref),
  )
  const names = new Set(inputs.map((input) => input.name))
  const isAlive = values.map((value) => value.kind !== 'dead')
  const alive = signature.outputs.flatMap((output, i) =>
    isAlive[i] || !mayDropDead || !isAlive.includes(true) ? [{ ...output, value: values[i]! }] : [],
  )
  const outputs = alive.map(({ key, shape, value }): OnnxEnd => {
    if (value.kind === 'refused') throw value.error
    if (value.kind !== 'tensor') throw new SluiceError('model.unsupported', `output '${key}' is a ${value.kind}, not a tensor`)
    // An output may be named like an input, which ONNX does not allow.
    const name = names.has(key) ? `${key}:output` : key
    body.add('Identity', [[body.nameOf(value)], [name]])
    return { name, type: value.type, ...(shape !== undefined && { shape }) }
  })
  return { onnx: body.model(inputs, outputs), preparation: body.preparation.preparation() }
}
