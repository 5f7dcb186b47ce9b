import { SluiceError } from '../../core/errors.ts'
import type { OnnxGraph, ValueInfo } from './onnx-graph.ts'
import type { InputTensor } from './signature.ts'
import { elementTypeName, TENSOR_TYPES, tensorTypeOf } from './tensor-types.ts'

/** The inputs of a graph as columns, and the names that the model or its descriptor gives them. */
export interface GraphInputs {
  readonly tensors: readonly InputTensor[]
  readonly featureNames?: readonly string[]
  /** Where true, the graph takes one row at a time. */
  readonly oneRow: boolean
}

const MAX_COLUMNS = 100_000
/** The metadata key, in the descriptor or in the file, for the names of columns: a JSON list, or names with commas between. */
const NAMES_KEY = 'feature_names'

/** Lays the inputs of a graph out as columns. Throws `model.unsupported` naming an input whose type or shape has no columns. */
export function readInputs(graph: OnnxGraph, descriptorMetadata: Readonly<Record<string, string>>): GraphInputs {
  const given = descriptorMetadata[NAMES_KEY] ?? graph.metadata[NAMES_KEY]
  const featureNames = given === undefined ? undefined : parseNames(given, descriptorMetadata[NAMES_KEY] !== undefined)
  const tensors = graph.inputs.map((input) => readInput(input, graph.inputs.length === 1 ? featureNames?.length : undefined))
  const columns = tensors.reduce((sum, tensor) => sum + tensor.width, 0)
  if (columns > MAX_COLUMNS)
    throw new SluiceError('model.unsupported', `the model has ${columns} input columns; at most ${MAX_COLUMNS} are allowed`)
  const oneRow = graph.inputs.some((input) => input.shape?.[0] === 1)
  if (featureNames === undefined) return { tensors, oneRow }
  if (featureNames.length !== columns) {
    const message = `${NAMES_KEY} gives ${featureNames.length} names, and the model has ${columns} input columns`
    throw new SluiceError('model.malformed', message)
  }
  return { tensors, featureNames, oneRow }
}

function readInput(input: ValueInfo, namedWidth: number | undefined): InputTensor {
  const type = tensorTypeOf(input.elementType)
  if (input.kind !== 'tensor') throw unsupported(input, `is a ${input.kind}; inputs must be tensors`)
  if (type === undefined)
    throw unsupported(input, `has elements of ${elementTypeName(input.elementType)}; use ${Object.keys(TENSOR_TYPES).join(', ')}`)
  const { name, shape } = input
  if (shape === undefined) {
    if (namedWidth === undefined) throw unsupported(input, `declares no shape; give the names of its columns as ${NAMES_KEY}`)
    return { name, type, rest: [namedWidth], width: namedWidth }
  }
  const [batch, ...sizes] = shape
  if (batch === undefined) throw unsupported(input, 'is a single value, without a dimension for rows')
  if (batch !== null && batch > 1) throw unsupported(input, `has the shape ${shown(shape)}; its first dimension must be open, or 1`)
  const open = sizes.filter((size) => size === null).length
  if (open > 1 || (open === 1 && namedWidth === undefined)) {
    throw unsupported(input, `has the shape ${shown(shape)}; only the first dimension may be open, unless ${NAMES_KEY} names the columns`)
  }
  const fixed = sizes.reduce<number>((product, size) => product * (size ?? 1), 1)
  const rest = sizes.map((size) => size ?? namedWidth! / fixed)
  const width = rest.reduce((product, size) => product * size, 1)
  if (!rest.every(Number.isInteger))
    throw unsupported(input, `has the shape ${shown(shape)}, which ${NAMES_KEY} with ${namedWidth} names does not fit`)
  return { name, type, rest, width }
}

function parseNames(given: string, inDescriptor: boolean): readonly string[] {
  const names = given.trimStart().startsWith('[') ? parseList(given) : given.split(',').map((name) => name.trim())
  if (names !== undefined && names.every((name) => name !== '') && new Set(names).size === names.length) return names
  const where = inDescriptor ? 'the descriptor' : 'the ONNX file'
  const shownNames = given.length > 100 ? `${given.slice(0, 99)}…` : given
  throw new SluiceError(
    inDescriptor ? 'model.descriptor.malformed' : 'model.malformed',
    `${NAMES_KEY} in ${where} must be a JSON list of different names, or names with commas between; it is ${shownNames}`,
  )
}

function parseList(given: string): readonly string[] | undefined {
  try {
    const list: unknown = JSON.parse(given)
    return Array.isArray(list) && list.every((name): name is string => typeof name === 'string') ? list : undefined
  } catch {
    return undefined
  }
}

function unsupported(input: ValueInfo, what: string): SluiceError {
  return new SluiceError('model.unsupported', `input '${input.name}' of the ONNX model ${what}`, { details: { input: input.name } })
}

function shown(shape: readonly (number | null)[]): string {
  return `[${shape.map((size) => size ?? '?').join(', ')}]`
}
