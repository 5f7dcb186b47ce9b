import { extname } from 'node:path'
import { asSluiceError } from '../../core/errors.ts'
import { modelId, type Runtime } from '../../core/model.ts'
import { createWorkerCalls, type WorkerRequest } from '../trees/worker-call.ts'
import { convertToOnnx, type TensorFlowFormat } from './convert.ts'

/** What the worker thread is asked. */
export interface ConvertRequest extends WorkerRequest {
  readonly format: TensorFlowFormat
}

/** Models of this many bytes or more are converted in a worker thread. */
const WORKER_BYTES = 64 * 1024

/**
 * The runtime of TensorFlow's frozen graphs (GraphDef) or saved models: they are converted to ONNX in memory and run by the runtime
 * given for that, which the caller disposes of. What can be converted: `OP_GROUPS`.
 */
export function createTensorFlowRuntime(format: TensorFlowFormat, onnx: Runtime): Runtime & AsyncDisposable {
  const workers = createWorkerCalls()
  return {
    format,
    async load(descriptor, bytes) {
      try {
        const { metadata } = descriptor
        const request: ConvertRequest = { format, bytes, metadata }
        const converted =
          bytes.length < WORKER_BYTES ? convertToOnnx(format, bytes, metadata) : await workers.call<Uint8Array>(workerFile(), request)
        return await onnx.load(descriptor, converted)
      } catch (error) {
        throw asSluiceError(error, 'model.runtime.failed', `loading ${modelId(descriptor)} failed`)
      }
    },
    async [Symbol.asyncDispose]() {
      await workers.stop()
    },
  }
}

/** The worker is beside this file, as TypeScript in development and as JavaScript once compiled. */
function workerFile(): URL {
  return new URL(`./convert-worker${extname(import.meta.url)}`, import.meta.url)
}
