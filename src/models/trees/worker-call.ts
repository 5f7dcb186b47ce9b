import { Worker } from 'node:worker_threads'
import { asSluiceError, type ErrorCode, SluiceError } from '../../core/errors.ts'

/** What a worker thread answers to its only request. */
export type WorkerReply<T> = { readonly result: T } | { readonly error: { readonly code: ErrorCode; readonly message: string } }

/** What a worker thread is asked: bytes, and what is said of them. */
export interface WorkerRequest {
  readonly bytes: Uint8Array
  readonly metadata: Readonly<Record<string, string>>
}

/** Worker threads that each do one piece of work, which takes long, and end. */
export interface WorkerCalls {
  /** Starts the file as a worker, sends it the request and gives its result. The bytes are copied, not taken. */
  call<T>(file: URL, request: WorkerRequest): Promise<T>
  /** Ends what is under way, which then fails. */
  stop(): Promise<void>
}

const MEGABYTES = 4096

export function createWorkerCalls(): WorkerCalls {
  const running = new Set<Worker>()
  return {
    async call<T>(file: URL, request: WorkerRequest) {
      const worker = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: MEGABYTES } })
      running.add(worker)
      try {
        const reply = await replyOf<T>(worker, request)
        if ('result' in reply) return reply.result
        throw new SluiceError(reply.error.code, reply.error.message)
      } finally {
        running.delete(worker)
        await worker.terminate()
      }
    },
    async stop() {
      await Promise.all([...running].map(async (worker) => worker.terminate()))
    },
  }
}

async function replyOf<T>(worker: Worker, request: WorkerRequest): Promise<WorkerReply<T>> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', (error) => reject(asSluiceError(error, 'model.runtime.failed', 'the thread that reads the model failed')))
    worker.once('exit', () => reject(new SluiceError('model.runtime.failed', 'the thread that reads the model was stopped')))
    const bytes = new Uint8Array(request.bytes)
    worker.postMessage({ ...request, bytes, metadata: { ...request.metadata } }, [bytes.buffer])
  })
}

/** What a worker replies: the result of the work, or the error that it threw. */
export function workerReply<T>(work: () => T): WorkerReply<T> {
  try {
    return { result: work() }
  } catch (error) {
    const { code, message } = asSluiceError(error, 'model.runtime.failed', 'reading the model failed')
    return { error: { code, message } }
  }
}
