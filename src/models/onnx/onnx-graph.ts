import { SluiceError } from '../../core/errors.ts'
import { DIMENSION, GRAPH, METADATA, MODEL, SHAPE, TENSOR, TENSOR_TYPE, TYPE, VALUE_INFO } from './onnx-fields.ts'
import { type OperatorScan, scanFunction, scanGraph, scanTraining } from './operator-scan.ts'
import { ProtobufReader } from './protobuf-reader.ts'

/** An input or output of a graph, as the file declares it. */
export interface ValueInfo {
  readonly name: string
  readonly kind: keyof typeof TYPE | 'undeclared'
  /** ONNX's number of the element type, 0 where there is none. */
  readonly elementType: number
  /** Null for a dimension that has no fixed size; undefined where no shape is declared. */
  readonly shape: readonly (number | null)[] | undefined
}

/** What of an ONNX file matters outside ONNX Runtime. */
export interface OnnxGraph extends OperatorScan {
  /** Without those that an initializer gives a value. */
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  readonly metadata: Readonly<Record<string, string>>
  /** Whether the default operator set is imported. */
  readonly importsDefaultDomain: boolean
}

const MAX_INPUTS = 10_000
const KINDS = Object.keys(TYPE) as (keyof typeof TYPE)[]

/**
 * Reads an ONNX file (ModelProto) as far as it is needed. Throws `model.malformed`, and `model.unsupported` for what must not reach
 * ONNX Runtime: tensors outside of the file, and operators of unknown domains.
 */
export function readOnnxGraph(bytes: Uint8Array): OnnxGraph {
  // ONNX Runtime takes bytes with this mark for its own format, which is not read here and thus not checked.
  if (String.fromCharCode(...bytes.subarray(4, 8)) === 'ORTM') {
    throw new SluiceError('model.unsupported', "the model is in ONNX Runtime's own ORT format; export it as ONNX")
  }
  const metadata: Record<string, string> = Object.create(null) as Record<string, string>
  const functions: Uint8Array[] = []
  const training: Uint8Array[] = []
  let graph: Uint8Array | undefined
  let opsets = 0
  let importsDefaultDomain = false
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.isBytes(MODEL.graph)) {
      if (graph !== undefined) throw new SluiceError('model.malformed', 'the ONNX model has more than one graph')
      graph = reader.bytes
    } else if (reader.isBytes(MODEL.opsetImport)) {
      opsets++
      importsDefaultDomain ||= ['', 'ai.onnx'].includes(textOf(reader.bytes, 1))
    } else if (reader.isBytes(MODEL.metadata)) metadata[textOf(reader.bytes, METADATA.key)] = textOf(reader.bytes, METADATA.value)
    else if (reader.isBytes(MODEL.functions)) functions.push(reader.bytes)
    else if (reader.isBytes(MODEL.trainingInfo)) training.push(reader.bytes)
  }
  if (graph === undefined) throw new SluiceError('model.malformed', 'the ONNX model has no graph')
  if (opsets === 0) throw new SluiceError('model.malformed', 'the ONNX model imports no operator set')
  const scan = { operators: new Set<string>(), zipMaps: [], classLabels: [], localDomains: new Set<string>() }
  for (const each of functions) scan.localDomains.add(textOf(each, 10))
  for (const each of functions) scanFunction(each, scan)
  for (const each of training) scanTraining(each, scan)
  scanGraph(graph, scan)
  return { ...scan, ...readEnds(graph), metadata, importsDefaultDomain }
}

function readEnds(graph: Uint8Array): { inputs: ValueInfo[]; outputs: ValueInfo[] } {
  const declared: ValueInfo[] = []
  const outputs: ValueInfo[] = []
  const initializers = new Set<string>()
  const reader = new ProtobufReader(graph)
  while (reader.next()) {
    if (reader.isBytes(GRAPH.input)) declared.push(readValueInfo(reader.bytes))
    else if (reader.isBytes(GRAPH.output)) outputs.push(readValueInfo(reader.bytes))
    else if (reader.isBytes(GRAPH.initializer)) initializers.add(textOf(reader.bytes, TENSOR.name))
  }
  const inputs = declared.filter((input) => !initializers.has(input.name))
  for (const [ends, kind] of [
    [inputs, 'inputs'],
    [outputs, 'outputs'],
  ] as const) {
    if (ends.length === 0) throw new SluiceError('model.malformed', `the ONNX graph has no ${kind}`)
    if (ends.length > MAX_INPUTS)
      throw new SluiceError('model.unsupported', `the ONNX graph has ${ends.length} ${kind}; at most ${MAX_INPUTS} are allowed`)
    if (new Set(ends.map((end) => end.name)).size < ends.length)
      throw new SluiceError('model.malformed', `two ${kind} of the ONNX graph share a name`)
  }
  return { inputs, outputs }
}

function readValueInfo(bytes: Uint8Array): ValueInfo {
  const name = textOf(bytes, VALUE_INFO.name)
  let kind: ValueInfo['kind'] = 'undeclared'
  let tensor: Pick<ValueInfo, 'elementType' | 'shape'> = { elementType: 0, shape: undefined }
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (!reader.isBytes(VALUE_INFO.type)) continue
    const type = new ProtobufReader(reader.bytes)
    while (type.next()) {
      const found = KINDS.find((candidate) => type.isBytes(TYPE[candidate]))
      if (found === undefined) continue
      kind = found
      if (kind === 'tensor') tensor = readTensorType(type.bytes)
    }
  }
  return { name, kind, ...tensor }
}

function readTensorType(bytes: Uint8Array): Pick<ValueInfo, 'elementType' | 'shape'> {
  let elementType = 0
  let shape: (number | null)[] | undefined
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.isVarint(TENSOR_TYPE.elementType)) elementType = reader.int32
    else if (reader.isBytes(TENSOR_TYPE.shape)) {
      shape = []
      const dimensions = new ProtobufReader(reader.bytes)
      while (dimensions.next()) if (dimensions.isBytes(SHAPE.dimension)) shape.push(readDimension(dimensions.bytes))
    }
  }
  return { elementType, shape }
}

function readDimension(bytes: Uint8Array): number | null {
  let size: number | null = null
  const reader = new ProtobufReader(bytes)
  while (reader.next()) size = reader.isVarint(DIMENSION.value) ? Number(reader.int64) : null
  // Some exporters write 0 or -1 for a size that is not known.
  return size === null || size <= 0 ? null : size
}

/** The text in a field of a message; the last one counts, as in all of protobuf; empty where there is none. */
export function textOf(bytes: Uint8Array, field: number): string {
  let text = ''
  const reader = new ProtobufReader(bytes)
  while (reader.next()) if (reader.isBytes(field)) text = reader.text
  return text
}
