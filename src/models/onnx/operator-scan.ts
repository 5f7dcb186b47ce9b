import { SluiceError } from '../../core/errors.ts'
import { ATTRIBUTE, FUNCTION, GRAPH, NODE, SPARSE_TENSOR, TENSOR, TRAINING } from './onnx-fields.ts'
import { ProtobufReader } from './protobuf-reader.ts'

/** What the operators of a model say, in its graph, nested graphs and functions. */
export interface OperatorScan {
  /** Names of the operators, without domains. */
  readonly operators: Set<string>
  /** The ZipMap operators, which make a map per row out of a tensor of probabilities. */
  readonly zipMaps: ZipMap[]
  /** The class labels of each classifier operator. */
  readonly classLabels: (readonly string[])[]
  /** Domains of the functions that the model brings along. */
  readonly localDomains: Set<string>
}

export interface ZipMap {
  readonly input: string
  readonly output: string
  /** The class of each column. */
  readonly labels: readonly string[]
}

const DOMAINS = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft'])
const MAX_DEPTH = 16

/** Adds a graph's operators to the scan. Throws `model.unsupported` for tensors outside of the file and unknown domains. */
export function scanGraph(graph: Uint8Array, scan: OperatorScan, depth = 0): void {
  if (depth > MAX_DEPTH) throw new SluiceError('model.unsupported', `graphs are nested more than ${MAX_DEPTH} deep in the ONNX model`)
  const reader = new ProtobufReader(graph)
  while (reader.next()) {
    if (reader.isBytes(GRAPH.node)) scanNode(reader.bytes, scan, depth)
    else if (reader.isBytes(GRAPH.initializer)) checkTensor(reader.bytes)
    else if (reader.isBytes(GRAPH.sparseInitializer)) checkSparseTensor(reader.bytes)
  }
}

/** Adds the operators of a function that the model brings along. */
export function scanFunction(bytes: Uint8Array, scan: OperatorScan): void {
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.isBytes(FUNCTION.node)) scanNode(reader.bytes, scan, 0)
    else if (reader.isBytes(FUNCTION.attribute)) scanAttribute(reader.bytes, scan, 0)
  }
}

/** Adds the operators of graphs that are for training. */
export function scanTraining(bytes: Uint8Array, scan: OperatorScan): void {
  const reader = new ProtobufReader(bytes)
  while (reader.next()) if (reader.isBytes(TRAINING.initialization) || reader.isBytes(TRAINING.algorithm)) scanGraph(reader.bytes, scan, 1)
}

interface Attribute {
  readonly name: string
  readonly labels: readonly string[]
}

function scanNode(node: Uint8Array, scan: OperatorScan, depth: number): void {
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes: Attribute[] = []
  let operator = ''
  let domain = ''
  const reader = new ProtobufReader(node)
  while (reader.next()) {
    if (reader.isBytes(NODE.input)) inputs.push(reader.text)
    else if (reader.isBytes(NODE.output)) outputs.push(reader.text)
    else if (reader.isBytes(NODE.operator)) operator = reader.text
    else if (reader.isBytes(NODE.domain)) domain = reader.text
    else if (reader.isBytes(NODE.attribute)) attributes.push(scanAttribute(reader.bytes, scan, depth))
  }
  if (!DOMAINS.has(domain) && !scan.localDomains.has(domain)) {
    const details = { operator, domain }
    throw new SluiceError('model.unsupported', `operator '${operator}' is of the domain '${domain}', which is not supported`, { details })
  }
  scan.operators.add(operator)
  const labels = attributes.find((attribute) => attribute.name.startsWith('classlabels_'))?.labels
  if (operator === 'ZipMap') scan.zipMaps.push({ input: inputs[0] ?? '', output: outputs[0] ?? '', labels: labels ?? [] })
  else if (labels !== undefined) scan.classLabels.push(labels)
}

/** Reads the labels in an attribute that holds class labels, and looks into tensors and graphs in any. */
function scanAttribute(bytes: Uint8Array, scan: OperatorScan, depth: number): Attribute {
  let name = ''
  const labels: string[] = []
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.isBytes(ATTRIBUTE.name)) name = reader.text
    else if (reader.isBytes(ATTRIBUTE.tensor) || reader.isBytes(ATTRIBUTE.tensors)) checkTensor(reader.bytes)
    else if (reader.isBytes(ATTRIBUTE.sparseTensor) || reader.isBytes(ATTRIBUTE.sparseTensors)) checkSparseTensor(reader.bytes)
    else if (reader.isBytes(ATTRIBUTE.graph) || reader.isBytes(ATTRIBUTE.graphs)) scanGraph(reader.bytes, scan, depth + 1)
    else if (name.startsWith('classlabels_')) readLabels(reader, labels)
  }
  return { name, labels }
}

function readLabels(reader: ProtobufReader, labels: string[]): void {
  if (reader.isBytes(ATTRIBUTE.strings)) labels.push(reader.text)
  else if (reader.isVarint(ATTRIBUTE.ints)) labels.push(String(reader.int64))
  else if (reader.isBytes(ATTRIBUTE.ints)) for (const label of reader.packedInt64()) labels.push(String(label))
}

function checkSparseTensor(bytes: Uint8Array): void {
  const reader = new ProtobufReader(bytes)
  while (reader.next()) if (reader.isBytes(SPARSE_TENSOR.values) || reader.isBytes(SPARSE_TENSOR.indices)) checkTensor(reader.bytes)
}

/** Refuses a tensor whose data are elsewhere: ONNX Runtime would read a file, or even memory, that the model names. */
function checkTensor(bytes: Uint8Array): void {
  let name = ''
  let external = false
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.isBytes(TENSOR.name)) name = reader.text
    else if (reader.field === TENSOR.externalData) external = true
    else if (reader.field === TENSOR.dataLocation) external ||= reader.int32 !== 0
  }
  if (external) {
    throw new SluiceError('model.unsupported', `tensor '${name}' has its data outside of the ONNX file; export the model as one file`, {
      details: { tensor: name },
    })
  }
}
