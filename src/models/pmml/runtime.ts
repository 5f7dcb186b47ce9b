import { asSluiceError, SluiceError } from '../../core/errors.ts'
import { modelId, type Runtime } from '../../core/model.ts'
import { assembleModel } from './assemble-model.ts'
import { LIMITS } from './limits.ts'
import { createLowering } from './lowering.ts'

export interface PmmlOptions {
  /** Documents of this many bytes or more are read in a worker thread. */
  readonly workerBytes?: number
}

const WORKER_BYTES = 256 * 1024

/**
 * The runtime of PMML documents, versions 3.0 to 4.4 (what is supported: `PMML_SUPPORT`). Its models score synchronously.
 *
 * @example
 * await using runtime = createPmmlRuntime()
 * using model = await runtime.load(descriptor, bytes)
 */
export function createPmmlRuntime(options: PmmlOptions = {}): Runtime & AsyncDisposable {
  const lowering = createLowering(options.workerBytes ?? WORKER_BYTES)
  return {
    format: 'pmml',
    async load(descriptor, bytes) {
      if (bytes.length > LIMITS.documentBytes) {
        throw new SluiceError(
          'model.too-large',
          `the document of ${modelId(descriptor)} has ${bytes.length} bytes; the limit is ${LIMITS.documentBytes}`,
        )
      }
      try {
        return assembleModel(await lowering.lower(bytes), descriptor.inputs)
      } catch (error) {
        throw asSluiceError(error, 'model.runtime.failed', `loading ${modelId(descriptor)} failed`)
      }
    },
    async [Symbol.asyncDispose]() {
      await lowering.stop()
    },
  }
}
