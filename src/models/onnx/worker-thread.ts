import type { Worker } from 'node:worker_threads'
import { SluiceError } from '../../core/errors.ts'
import type { NumberedAnswer, NumberedRequest, WorkerAnswers, WorkerRequest } from './worker-messages.ts'

interface Waiting {
  readonly resolve: (answer: never) => void
  readonly reject: (error: SluiceError) => void
}

/** One worker and the requests that it has not answered. It keeps the process alive only while there are any. */
export interface WorkerThread {
  /** How many requests wait for an answer. */
  readonly pending: number
  /**
   * Sends a request; the buffers in `transfer` are gone here. Rejects with the error that the worker answers, or with
   * `model.runtime.failed` where the worker ends before it answers.
   */
  ask<K extends WorkerRequest['kind']>(
    request: WorkerRequest & { readonly kind: K },
    transfer?: readonly ArrayBuffer[],
  ): Promise<WorkerAnswers[K]>
  /**
   * Rejects what waits with this error and tells the worker to end when it can. Resolves when it has. Native code can't be
   * interrupted: where a worker is terminated in the middle of it, the whole process aborts.
   */
  abandon(error: SluiceError): Promise<void>
  /** Ends the worker, after what it is working on for as long as `GRACE_MS`. May be called after `abandon`. */
  end(): Promise<void>
}

/** How long a worker may go on with what it is doing when it is to end; then it is terminated, whatever comes of it. */
const GRACE_MS = 10_000

/** Takes over a worker that was just started, in which this engine runs. `onEnd` is called once, when it ends, after its requests are rejected. */
export function watchWorker(worker: Worker, engine: string, onEnd: () => void): WorkerThread {
  const waiting = new Map<number, Waiting>()
  const idle = Promise.withResolvers<void>()
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve())
  })
  const endedBecause = (reason: string, cause?: unknown): SluiceError =>
    new SluiceError('model.runtime.failed', `the worker thread of ${engine} ended: ${reason}`, { cause })
  let ended: SluiceError | undefined
  let ending = false
  let next = 0
  const settle = (id: number): Waiting | undefined => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (waiting.size > 0) return one
    if (ending) idle.resolve()
    else worker.unref()
    return one
  }
  const fail = (error: SluiceError): void => {
    if (ended !== undefined) return
    ended = error
    const rest = [...waiting.values()]
    waiting.clear()
    for (const one of rest) one.reject(error)
    onEnd()
  }
  worker.unref()
  worker.on('error', (error) => fail(endedBecause(error instanceof Error ? error.message : String(error), error)))
  worker.on('messageerror', (error) => fail(endedBecause(error.message, error)))
  worker.on('exit', (code) => fail(endedBecause(`exit code ${code}`)))
  worker.on('message', (message: NumberedAnswer) => {
    const one = settle(message.id)
    if ('answer' in message) return one?.resolve(message.answer as never)
    const { code, message: text, details } = message.error
    return one?.reject(new SluiceError(code, text, { details }))
  })
  return {
    get pending() {
      return waiting.size
    },
    async ask(request, transfer = []) {
      if (ended !== undefined) throw ended
      const numbered: NumberedRequest = { id: next++, request }
      return new Promise((resolve, reject) => {
        worker.postMessage(numbered, transfer)
        waiting.set(numbered.id, { resolve, reject })
        worker.ref()
      })
    },
    async abandon(error) {
      fail(error)
      worker.unref()
      worker.postMessage({ id: next++, request: { kind: 'close' } } satisfies NumberedRequest)
      await gone
    },
    async end() {
      // From here on the worker keeps the process alive: else it could end first, and leave the caller waiting.
      ending = true
      worker.ref()
      if (ended !== undefined) await withinGrace(gone)
      else if (waiting.size > 0) await withinGrace(Promise.race([idle.promise, gone]))
      await worker.terminate()
      fail(endedBecause('it was stopped'))
    },
  }
}

async function withinGrace(idle: Promise<void>): Promise<void> {
  const timeout = Promise.withResolvers<void>()
  const timer = setTimeout(timeout.resolve, GRACE_MS)
  await Promise.race([idle, timeout.promise])
  clearTimeout(timer)
}
