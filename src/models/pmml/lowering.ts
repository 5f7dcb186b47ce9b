import { Worker } from 'node:worker_threads'
import { asSluiceError, SluiceError } from '../../core/errors.ts'
import { expandColumns } from './constant-columns.ts'
import { lowerBytes } from './lower-bytes.ts'
import type { LoweringReply, LoweringRequest } from './lowering-messages.ts'
import type { DocumentPlan } from './model-plan.ts'

const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
const WORKER = new URL(`./lowering-worker${EXTENSION}`, import.meta.url)
/** Most documents need less than the first, and a heap that may not grow is collected more often; the second is for those that need more. */
const HEAP_MEGABYTES = [1024, 4096] as const
/** Smaller than usual, for the same reason. */
const NURSERY_MEGABYTES = 1
/** Bytes that are handed over at a time. */
const PART = 1024 * 1024

/** Makes plans of documents: small ones here, large ones in a worker thread that lives as long as it takes. */
export interface Lowering {
  lower(bytes: Uint8Array): Promise<DocumentPlan>
  /** Ends what is under way, which then fails. */
  stop(): Promise<void>
}

export function createLowering(workerBytes: number): Lowering {
  const running = new Set<Worker>()
  async function lowerWithin(heap: number, bytes: Uint8Array): Promise<DocumentPlan> {
    const worker = new Worker(WORKER, { resourceLimits: { maxOldGenerationSizeMb: heap, maxYoungGenerationSizeMb: NURSERY_MEGABYTES } })
    running.add(worker)
    try {
      return await planOf(worker, bytes)
    } finally {
      running.delete(worker)
      await worker.terminate()
    }
  }
  return {
    async lower(bytes) {
      if (bytes.length < workerBytes) return lowerBytes(bytes)
      const [small, large] = HEAP_MEGABYTES
      try {
        return await lowerWithin(small, bytes)
      } catch (error) {
        if (!isOutOfMemory(error)) throw error
        return lowerWithin(large, bytes)
      }
    },
    async stop() {
      await Promise.all([...running].map(async (worker) => worker.terminate()))
    },
  }
}

function isOutOfMemory(error: unknown): boolean {
  const cause = error instanceof SluiceError ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
}

/** Hands the document over part by part, so that there is never a second one. */
async function planOf(worker: Worker, bytes: Uint8Array): Promise<DocumentPlan> {
  const ended = new Promise<never>((_, reject) => {
    worker.once('error', (error) => reject(asSluiceError(error, 'model.runtime.failed', 'the thread that reads the document failed')))
    worker.once('exit', () => reject(new SluiceError('model.runtime.failed', 'the thread that reads the document was stopped')))
  })
  let part = new Uint8Array(Math.min(PART, bytes.length))
  for (let at = 0; ; at += PART) {
    const answered = new Promise<LoweringReply>((resolve) => worker.once('message', resolve))
    const next = bytes.subarray(at, at + PART)
    part.set(next)
    tell(worker, next.length > 0 ? part.subarray(0, next.length) : 'end')
    // oxlint-disable-next-line no-await-in-loop -- a part after the other
    const reply = await Promise.race([answered, ended])
    if ('more' in reply) {
      part = new Uint8Array(reply.more.buffer)
      continue
    }
    // What the thread's end says after its answer is of no interest.
    ended.catch(() => {})
    if ('plan' in reply) {
      expandColumns(reply.plan)
      return reply.plan
    }
    throw new SluiceError(reply.error.code, reply.error.message, { details: reply.error.details })
  }
}

function tell(worker: Worker, request: LoweringRequest): void {
  worker.postMessage(request, request === 'end' ? [] : [request.buffer])
}
