import { asSluiceError, SluiceError } from '../../core/errors.ts'
import type { Field } from '../../core/frame.ts'
import { modelId, type Runtime } from '../../core/model.ts'
import type { Columns } from './columns.ts'
import { createTreeModel } from './tree-model.ts'
import type { TreePlan } from './tree-plan.ts'
import { createWorkerCalls, type WorkerRequest } from './worker-call.ts'

export type TreeFormat = 'lightgbm' | 'xgboost' | 'catboost'

/** Makes the plan of a file. Throws `model.malformed` or `model.unsupported`. */
export type Lower = (bytes: Uint8Array, metadata: Readonly<Record<string, string>>) => TreePlan

export interface TreeRuntimeOptions {
  readonly format: TreeFormat
  readonly lower: Lower
  /** Makes the columns of a format that has columns of its own. */
  readonly columnsOf?: (plan: TreePlan, fields: readonly Field[]) => Columns
  /** Files of this many bytes or more are read in a worker thread. */
  readonly workerBytes?: number
}

/** What the worker thread is asked. */
export interface PlanRequest extends WorkerRequest {
  readonly format: TreeFormat
}

const MAX_BYTES = 256 * 1024 * 1024
const WORKER_BYTES = 1024 * 1024
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
const WORKER = new URL(`./plan-worker${EXTENSION}`, import.meta.url)

/** The runtime of a format of tree models. Its models score synchronously; large files are read off the event loop. */
export function createTreeRuntime(options: TreeRuntimeOptions): Runtime & AsyncDisposable {
  const { format, lower, columnsOf, workerBytes = WORKER_BYTES } = options
  const workers = createWorkerCalls()
  return {
    format,
    async load(descriptor, bytes) {
      const id = modelId(descriptor)
      if (bytes.length > MAX_BYTES)
        throw new SluiceError('model.too-large', `the file of ${id} has ${bytes.length} bytes; the limit is ${MAX_BYTES}`)
      try {
        const { metadata } = descriptor
        const request: PlanRequest = { format, bytes, metadata }
        const plan = bytes.length < workerBytes ? lower(bytes, metadata) : await workers.call<TreePlan>(WORKER, request)
        return createTreeModel(plan, descriptor, columnsOf)
      } catch (error) {
        throw asSluiceError(error, 'model.runtime.failed', `loading ${id} failed`)
      }
    },
    async [Symbol.asyncDispose]() {
      await workers.stop()
    },
  }
}
