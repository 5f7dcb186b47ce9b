import { extname } from 'node:path'
import { asSluiceError, SluiceError } from '../../core/errors.ts'
import { type ModelDescriptor, modelId, type Runtime } from '../../core/model.ts'
import type { OnnxRuntime } from '../onnx/onnx-runtime.ts'
import { createWorkerCalls, type WorkerRequest } from '../trees/worker-call.ts'
import { createNativeRuntime, type NativeRuntimeOptions } from '../tensorflow-native/native-runtime.ts'
import { type ConvertedModel, convertToOnnx, type TensorFlowFormat } from './convert.ts'

/** What the worker thread is asked. */
export interface ConvertRequest extends WorkerRequest {
  readonly format: TensorFlowFormat
  readonly maxNodes: number
}

/** What is converted beside the stream, not in a worker thread: models below so many bytes, which make no more nodes than that. */
const HERE = { bytes: 16 * 1024, nodes: 5000 } as const
const MAX_NODES = 300_000

/**
 * The runtime of TensorFlow's frozen graphs (GraphDef) or saved models: they are converted to ONNX in memory and run by the runtime
 * given for that, which the caller disposes of. What can be converted: `OP_GROUPS`. A model whose descriptor's metadata has the `engine`
 * `tensorflow` is run by TensorFlow itself instead, where its libraries are set up.
 */
export function createTensorFlowRuntime(
  format: TensorFlowFormat,
  onnx: OnnxRuntime,
  native: Omit<NativeRuntimeOptions, 'format'> = {},
): Runtime & AsyncDisposable {
  const workers = createWorkerCalls()
  const original = createNativeRuntime({ ...native, format })

  async function convert(bytes: Uint8Array, metadata: ModelDescriptor['metadata']): Promise<ConvertedModel> {
    if (bytes.length < HERE.bytes) {
      try {
        return convertToOnnx(format, bytes, { metadata, maxNodes: HERE.nodes })
      } catch (error) {
        // Functions that call functions make much of few bytes.
        if (!(error instanceof SluiceError) || error.code !== 'model.too-large') throw error
      }
    }
    const request: ConvertRequest = { format, bytes, metadata, maxNodes: MAX_NODES }
    return workers.call<ConvertedModel>(workerFile(), request)
  }

  return {
    format,
    async load(descriptor, bytes) {
      try {
        if (runsNatively(descriptor)) return await original.load(descriptor, bytes)
        const converted = await convert(bytes, descriptor.metadata)
        return await onnx.load(descriptor, converted.onnx, converted.preparation)
      } catch (error) {
        throw asSluiceError(error, 'model.runtime.failed', `loading ${modelId(descriptor)} failed`)
      }
    },
    async [Symbol.asyncDispose]() {
      await original[Symbol.asyncDispose]()
      await workers.stop()
    },
  }
}

function runsNatively({ metadata }: ModelDescriptor): boolean {
  const engine = metadata['engine']
  if (engine === undefined || engine === 'onnxruntime' || engine === 'tensorflow') return engine === 'tensorflow'
  throw new SluiceError('model.descriptor.malformed', `the metadata's engine is '${engine}'; it may be onnxruntime or tensorflow`)
}

/** The worker is beside this file, as TypeScript in development and as JavaScript once compiled. */
function workerFile(): URL {
  return new URL(`./convert-worker${extname(import.meta.url)}`, import.meta.url)
}
