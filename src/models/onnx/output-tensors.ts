import { asSluiceError, SluiceError } from '../../core/errors.ts'
import type { GraphInputs } from './input-tensors.ts'
import type { OnnxGraph } from './onnx-graph.ts'
import type { Prepare } from './preparation/preparation.ts'
import { runOnce, type TensorSession } from './run.ts'
import type { InputTensor, OutputTensor, TensorData } from './signature.ts'
import { elementTypeName, TENSOR_TYPES, type TensorType, tensorTypeOf } from './tensor-types.ts'

const MAX_COLUMNS = 100_000

/** Throws `model.unsupported` naming an output that is not a tensor of rows, before the file goes to ONNX Runtime. */
export function checkDeclaredOutputs(graph: OnnxGraph): void {
  const zipped = new Set(graph.zipMaps.map((zipMap) => zipMap.output))
  for (const output of graph.outputs) {
    if (zipped.has(output.name)) continue
    if (output.kind !== 'tensor' && output.kind !== 'undeclared') {
      throw unsupported(output.name, `is a ${output.kind}; outputs must be tensors, or maps that ZipMap makes`)
    }
    if (output.elementType !== 0 && tensorTypeOf(output.elementType) === undefined) {
      throw unsupported(output.name, `has elements of ${elementTypeName(output.elementType)}; use ${Object.keys(TENSOR_TYPES).join(', ')}`)
    }
  }
}

/**
 * Runs the model on one and on two rows of zeros to see what its outputs are: what a file declares is often less than what it
 * gives. Where two rows don't give twice one row's values, rows must be run one by one.
 */
export async function readOutputs(
  session: TensorSession,
  { graph, inputs, prepare }: { readonly graph: OnnxGraph; readonly inputs: GraphInputs; readonly prepare?: Prepare | undefined },
): Promise<{ outputs: readonly OutputTensor[]; oneRow: boolean }> {
  const types = session.outputMetadata.map((output) => {
    if (!output.isTensor || output.type === undefined) throw unsupported(output.name, 'is not a tensor')
    if (!(output.type in TENSOR_TYPES)) throw unsupported(output.name, `has elements of ${output.type}`)
    return output.type as TensorType
  })
  // An empty text is no number, which some models make of it.
  const texts = ['', '0']
  const run = async (rows: number, text = texts[0]!) =>
    runOnce({ session, inputs: inputs.tensors, prepare }, { rows, tensors: inputs.tensors.map((input) => zerosOf(input, rows, text)) })
  const takesTexts = inputs.tensors.some((input) => input.type === 'string')
  const one = await run(1).catch(async (error: unknown) => {
    const other = takesTexts ? await run(1, texts[1]).catch(() => undefined) : undefined
    if (other !== undefined) {
      texts.shift()
      return other
    }
    throw asSluiceError(error, 'model.runtime.failed', 'the model fails on a row of zeros')
  })
  const widths = session.outputNames.map((name) => one[name]!.size)
  const labelled = graph.zipMaps.length > 0 || graph.classLabels.length > 0
  const outputs = session.outputNames.map((name, i) => {
    const [type, width] = [types[i]!, widths[i]!]
    if (width < 1 || width > MAX_COLUMNS) throw unsupported(name, `has ${width} values a row; 1 to ${MAX_COLUMNS} are allowed`)
    const isLabel = type === 'string' || (labelled && width === 1 && TENSOR_TYPES[type].range !== undefined)
    const classes = isLabel ? undefined : classesOf(graph, name, width)
    return { name, type, width, isLabel, ...(classes && { classes }) }
  })
  if (inputs.oneRow) return { outputs, oneRow: true }
  const two = await run(2).catch(() => undefined)
  const batched =
    two !== undefined && session.outputNames.every((name, i) => two[name]!.dims[0] === 2 && two[name]!.size === 2 * widths[i]!)
  return { outputs, oneRow: !batched }
}

/** The classes whose probabilities or scores the columns of an output are, where the model says so. */
function classesOf(graph: OnnxGraph, name: string, width: number): readonly string[] | undefined {
  const zipMap = graph.zipMaps.find((candidate) => candidate.output === name)
  if (zipMap !== undefined) return zipMap.labels.length === width ? zipMap.labels : undefined
  return width > 1 ? graph.classLabels.find((labels) => labels.length === width) : undefined
}

/** So many rows of zeros, or of a text. */
export function zerosOf(input: InputTensor, rows: number, text = ''): TensorData {
  const { create } = TENSOR_TYPES[input.type]
  const length = rows * input.width
  return create === undefined ? { codes: new Int32Array(length), texts: [text] } : { values: create(length) }
}

function unsupported(output: string, what: string): SluiceError {
  return new SluiceError('model.unsupported', `output '${output}' of the ONNX model ${what}`, { details: { output } })
}
