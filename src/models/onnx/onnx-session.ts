import { InferenceSession } from 'onnxruntime-node'
import { SluiceError } from '../../core/errors.ts'
import { readInputs } from './input-tensors.ts'
import { readOnnxGraph } from './onnx-graph.ts'
import { checkDeclaredOutputs, readOutputs } from './output-tensors.ts'
import { createPrepare, type Preparation } from './preparation/preparation.ts'
import { runAll, type RunPlan } from './run.ts'
import type { OnnxSignature, RunRequest, RunResult } from './signature.ts'
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
  const session = await createSession(withoutZipMaps(bytes, graph))
  try {
    const { outputs, oneRow } = await readOutputs(session, { graph, inputs, prepare })
    const plan: RunPlan = { session, inputs: inputs.tensors, outputs, prepare, oneRow }
    return {
      signature: {
        inputs: inputs.tensors,
        outputs,
        ...(inputs.featureNames && { featureNames: inputs.featureNames }),
        acceptsNaN: TAKES_NAN.some((operator) => graph.operators.has(operator)),
      },
      run: async (request) => runAll(plan, request),
      release: async () => session.release(),
    }
  } catch (error) {
    await session.release()
    throw error
  }
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
