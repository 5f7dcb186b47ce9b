import { InferenceSession } from 'onnxruntime-node'
import { SluiceError } from '../../core/errors.ts'
import { readInputs } from './input-tensors.ts'
import { readOnnxGraph } from './onnx-graph.ts'
import { checkDeclaredOutputs, readOutputs, zerosOf } from './output-tensors.ts'
import { createPrepare, type Preparation } from './preparation/preparation.ts'
import { runAll, runOnce, type RunPlan } from './run.ts'
import type { OnnxSignature, RunRequest, RunResult } from './signature.ts'
import { isSteady } from './steady-operators.ts'
import { withoutZipMaps } from './zip-map.ts'

/** A model in ONNX Runtime, or another engine, in this thread. Running it blocks the thread. */
export interface OnnxSession {
  readonly signature: OnnxSignature
  run(request: RunRequest): Promise<RunResult>
  release(): Promise<void>
}

/** Makes a session of a model's bytes and its descriptor's metadata; with what is done before its graph runs, where there is such. */
export type OpenSession = (bytes: Uint8Array, metadata: Readonly<Record<string, string>>, preparation?: Preparation) => Promise<OnnxSession>

/** Operators that know what to do with NaN: tree ensembles send it down a branch of its own, Imputer replaces it. */
const TAKES_NAN = ['TreeEnsemble', 'TreeEnsembleRegressor', 'TreeEnsembleClassifier', 'Imputer']

/** A model of more bytes than this is not small, however fast it is. */
const SMALL_BYTES = 1024 * 1024
/** What a model may take to be loaded, and a row of it, if it is to run in the thread of the event loop. */
const SMALL_LOAD_MS = 20
const SMALL_ROW_MS = 0.002

const OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  executionMode: 'sequential',
  // The pool's threads are the parallelism; ONNX Runtime's own would compete with them.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // Errors come as exceptions; nothing of it belongs on the process's stderr.
  logSeverityLevel: 4,
}

/**
 * Reads an ONNX file, makes a session of it and runs it once on zeros, which warms it and shows the sizes of its outputs.
 * Throws `model.malformed`, `model.unsupported`, or `model.runtime.failed` where that run fails.
 */
export async function openSession(
  bytes: Uint8Array,
  metadata: Readonly<Record<string, string>>,
  preparation?: Preparation,
): Promise<OnnxSession> {
  const graph = readOnnxGraph(bytes)
  const made = new Set(preparation?.outputs.map((output) => output.name))
  const inputs = readInputs({ ...graph, inputs: graph.inputs.filter((input) => !made.has(input.name)) }, metadata)
  const prepare = preparation && createPrepare(preparation)
  checkDeclaredOutputs(graph)
  const plain = withoutZipMaps(bytes, graph)
  const session = await createSession(plain)
  try {
    const { outputs, oneRow } = await readOutputs(session, { graph, inputs, prepare })
    const plan: RunPlan = { session, inputs: inputs.tensors, outputs, prepare, oneRow }
    const maybe =
      !oneRow &&
      prepare === undefined &&
      bytes.length <= SMALL_BYTES &&
      isSteady(graph) &&
      !inputs.tensors.some(({ type }) => type === 'string')
    const rowMs = maybe && (await isCreatedFast(plain)) ? await timeOfRow(plan) : undefined
    return {
      signature: {
        inputs: inputs.tensors,
        outputs,
        ...(inputs.featureNames && { featureNames: inputs.featureNames }),
        acceptsNaN: TAKES_NAN.some((operator) => graph.operators.has(operator)),
        ...(rowMs !== undefined && rowMs <= SMALL_ROW_MS && { rowMs }),
      },
      run: async (request) => runAll(plan, request),
      release: async () => session.release(),
    }
  } catch (error) {
    await session.release()
    throw error
  }
}

/** Whether a session of the model is made in no time. It is made once more: the first one of a process waits for ONNX Runtime to start. */
async function isCreatedFast(bytes: Uint8Array): Promise<boolean> {
  const start = performance.now()
  const session = await createSession(bytes)
  const took = performance.now() - start
  await session.release()
  return took <= SMALL_LOAD_MS
}

/** The least time that a row took in a few batches. */
async function timeOfRow(plan: RunPlan): Promise<number> {
  const rows = 256
  const request = { rows, tensors: plan.inputs.map((input) => zerosOf(input, rows)) }
  let least = Number.POSITIVE_INFINITY
  for (let time = 0; time < 4; time++) {
    const start = performance.now()
    await runOnce(plan, request)
    least = Math.min(least, (performance.now() - start) / rows)
  }
  return least
}

const UNSUPPORTED =
  /NOT_IMPLEMENTED|not a registered function|No Op registered|Could not find an implementation|under development|Unsupported model IR/i

async function createSession(bytes: Uint8Array): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, OPTIONS)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const code = UNSUPPORTED.test(reason) ? 'model.unsupported' : 'model.malformed'
    throw new SluiceError(code, `ONNX Runtime refuses the model: ${reason}`, { cause })
  }
}
