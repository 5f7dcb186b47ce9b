import { Tensor } from 'onnxruntime-node'
import type { Prepare } from './preparation/preparation.ts'
import type { InputTensor, OutputTensor, RunRequest, RunResult, TensorData } from './signature.ts'
import { TENSOR_TYPES, type TensorArray } from './tensor-types.ts'

/** What runs tensors: a session of ONNX Runtime, or of another engine. */
export interface TensorSession {
  readonly outputNames: readonly string[]
  readonly outputMetadata: readonly { readonly name: string; readonly isTensor: boolean; readonly type?: string }[]
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>
}

export interface RunPlan {
  readonly session: TensorSession
  readonly inputs: readonly InputTensor[]
  readonly outputs: readonly OutputTensor[]
  /** What is done with the inputs before. */
  readonly prepare?: Prepare | undefined
  /** Where true, rows must be run one by one. */
  readonly oneRow: boolean
}

/** The values of one output for all rows, as ONNX Runtime gives them. */
type RawValues = TensorArray | string[]

/**
 * Runs the rows: at once where the model can and nothing fails, else one by one, so that one row that the model fails on does
 * not take the others along.
 */
export async function runAll(plan: RunPlan, request: RunRequest): Promise<RunResult> {
  if (!plan.oneRow) {
    const answers = await runOnce(plan, request).catch(() => undefined)
    if (answers !== undefined && plan.outputs.every((output) => answers[output.name]!.size === request.rows * output.width)) {
      return { tensors: plan.outputs.map((output) => encode(output, answers[output.name]!.data as RawValues)), failures: [] }
    }
  }
  const collected: RawValues[] = plan.outputs.map(({ type, width }) => {
    const { create } = TENSOR_TYPES[type]
    return create === undefined ? Array.from({ length: request.rows * width }, () => '') : create(request.rows * width)
  })
  const failures: { row: number; reason: string }[] = []
  for (let row = 0; row < request.rows; row++) {
    try {
      const answers = await runOnce(plan, { rows: 1, tensors: request.tensors.map((data, i) => rowOf(data, plan.inputs[i]!.width, row)) })
      for (const [i, output] of plan.outputs.entries()) collect(collected[i]!, answers[output.name]!, { row, output })
    } catch (error) {
      failures.push({ row, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return { tensors: plan.outputs.map((output, i) => encode(output, collected[i]!)), failures }
}

/** Runs these rows in one call. */
export async function runOnce(
  { session, inputs, prepare }: Pick<RunPlan, 'session' | 'inputs' | 'prepare'>,
  { rows, tensors }: RunRequest,
): Promise<Readonly<Record<string, Tensor>>> {
  const feeds: Record<string, Tensor> = {}
  for (const [i, input] of inputs.entries()) feeds[input.name] = tensorOf(input, tensors[i]!, rows)
  return session.run(prepare === undefined ? feeds : prepare(feeds))
}

function tensorOf(input: InputTensor, data: TensorData, rows: number): Tensor {
  const dims = [rows, ...input.rest]
  if ('values' in data) return new Tensor(input.type, data.values as never, dims)
  return new Tensor(
    'string',
    Array.from(data.codes, (code) => data.texts[code]!),
    dims,
  )
}

function rowOf(data: TensorData, width: number, row: number): TensorData {
  if ('values' in data) return { values: data.values.subarray(row * width, (row + 1) * width) }
  return { codes: data.codes.subarray(row * width, (row + 1) * width), texts: data.texts }
}

function collect(into: RawValues, answer: Tensor, at: { readonly row: number; readonly output: OutputTensor }): void {
  const { name, width } = at.output
  if (answer.size !== width) throw new Error(`output '${name}' has ${answer.size} values for this row, and ${width} for others`)
  const values = answer.data as RawValues
  for (let i = 0; i < width; i++) into[at.row * width + i] = values[i]!
}

/** Makes texts and labels codes, and integers of 64 bits doubles: what the other thread can put in columns. */
function encode(output: OutputTensor, values: RawValues): TensorData {
  if (Array.isArray(values) || output.isLabel) return encodeTexts(values)
  return { values: values instanceof BigInt64Array ? Float64Array.from(values, Number) : values }
}

function encodeTexts(values: RawValues): TensorData {
  const known = new Map<string | number | bigint, number>()
  const texts: string[] = []
  const codes = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    let code = known.get(value)
    if (code === undefined) {
      code = texts.push(String(value)) - 1
      known.set(value, code)
    }
    codes[i] = code
  }
  return { codes, texts }
}
