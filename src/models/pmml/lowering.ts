import { Worker } from 'node:worker_threads'
import { asSluiceError, SluiceError } from '../../core/errors.ts'
import { lowerBytes, type LoweringReply } from './lower-bytes.ts'
import type { DocumentPlan } from './model-plan.ts'

const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
const WORKER = new URL(`./lowering-worker${EXTENSION}`, import.meta.url)
const WORKER_MEGABYTES = 4096

/** Makes plans of documents: small ones here, large ones in a worker thread that lives as long as it takes. */
export interface Lowering {
  lower(bytes: Uint8Array): Promise<DocumentPlan>
  /** Ends what is under way, which then fails. */
  stop(): Promise<void>
}

export function createLowering(workerBytes: number): Lowering {
  const running = new Set<Worker>()
  return {
    async lower(bytes) {
      if (bytes.length < workerBytes) return lowerBytes(bytes)
      const worker = new Worker(WORKER, { resourceLimits: { maxOldGenerationSizeMb: WORKER_MEGABYTES } })
      running.add(worker)
      try {
        const reply = await replyOf(worker, bytes)
        if ('plan' in reply) return reply.plan
        throw new SluiceError(reply.error.code, reply.error.message, { details: reply.error.details })
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

async function replyOf(worker: Worker, bytes: Uint8Array): Promise<LoweringReply> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', (error) => reject(asSluiceError(error, 'model.runtime.failed', 'the thread that reads the document failed')))
    worker.once('exit', () => reject(new SluiceError('model.runtime.failed', 'the thread that reads the document was stopped')))
    const copy = new Uint8Array(bytes)
    worker.postMessage(copy, [copy.buffer])
  })
}
