import { Worker } from 'node:worker_threads'
import { asSluiceError, SluiceError, type ErrorCode } from '../../core/errors.ts'
import type { Field } from '../../core/frame.ts'
import { modelId, type Runtime } from '../../core/model.ts'
import type { Columns } from './columns.ts'
import { createTreeModel } from './tree-model.ts'
import type { TreePlan } from './tree-plan.ts'

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
export interface PlanRequest {
  readonly format: TreeFormat
  readonly bytes: Uint8Array
  readonly metadata: Readonly<Record<string, string>>
}

/** What it answers. */
export type PlanReply = { readonly plan: TreePlan } | { readonly error: { readonly code: ErrorCode; readonly message: string } }

const MAX_BYTES = 256 * 1024 * 1024
const WORKER_BYTES = 1024 * 1024
const WORKER_MEGABYTES = 4096
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
const WORKER = new URL(`./plan-worker${EXTENSION}`, import.meta.url)

/** The runtime of a format of tree models. Its models score synchronously; large files are read off the event loop. */
export function createTreeRuntime(options: TreeRuntimeOptions): Runtime & AsyncDisposable {
  const { format, lower, columnsOf, workerBytes = WORKER_BYTES } = options
  const running = new Set<Worker>()
  return {
    format,
    async load(descriptor, bytes) {
      const id = modelId(descriptor)
      if (bytes.length > MAX_BYTES)
        throw new SluiceError('model.too-large', `the file of ${id} has ${bytes.length} bytes; the limit is ${MAX_BYTES}`)
      try {
        const { metadata } = descriptor
        const plan = bytes.length < workerBytes ? lower(bytes, metadata) : await lowerInWorker({ format, bytes, metadata }, running)
        return createTreeModel(plan, descriptor, columnsOf)
      } catch (error) {
        throw asSluiceError(error, 'model.runtime.failed', `loading ${id} failed`)
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running].map(async (worker) => worker.terminate()))
    },
  }
}

async function lowerInWorker(request: PlanRequest, running: Set<Worker>): Promise<TreePlan> {
  const worker = new Worker(WORKER, { resourceLimits: { maxOldGenerationSizeMb: WORKER_MEGABYTES } })
  running.add(worker)
  try {
    const reply = await replyOf(worker, request)
    if ('plan' in reply) return reply.plan
    throw new SluiceError(reply.error.code, reply.error.message)
  } finally {
    running.delete(worker)
    await worker.terminate()
  }
}

async function replyOf(worker: Worker, request: PlanRequest): Promise<PlanReply> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', (error) => reject(asSluiceError(error, 'model.runtime.failed', 'the thread that reads the model failed')))
    worker.once('exit', () => reject(new SluiceError('model.runtime.failed', 'the thread that reads the model was stopped')))
    const bytes = new Uint8Array(request.bytes)
    worker.postMessage({ ...request, bytes, metadata: { ...request.metadata } } satisfies PlanRequest, [bytes.buffer])
  })
}
