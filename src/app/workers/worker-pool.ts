import { setTimeout as pause } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import type { Config } from '../../config/index.ts'
import { type ErrorCode, SluiceError } from '../../core/errors.ts'
import type { MonitorView } from '../../services/stream-monitor.ts'
import type { FromWorker, ToWorker, WorkerData } from './worker-messages.ts'

export interface WorkerPoolOptions {
  readonly config: Config
  readonly logger: Logger
  /** Told what a worker did so far; undefined when the worker has ended. */
  readonly onView: (worker: number, streams: Readonly<Record<string, MonitorView>> | undefined) => void
}

const THREAD = new URL(import.meta.url.endsWith('.ts') ? 'node-worker.ts' : 'node-worker.js', import.meta.url)
const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 10_000
/** A worker that has not ended after so long is ended in the middle of its work, which then does not count. */
const STOP_LIMIT_MS = 15_000

/** Threads that answer the streams, as many as `config.workers`. One that crashes is replaced; what it had not committed is done again. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions
  readonly #abort = new AbortController()
  readonly #ready: PromiseWithResolvers<void>[]
  readonly #running: Promise<void>[]

  constructor(options: WorkerPoolOptions) {
    this.#options = options
    const numbers = Array.from({ length: options.config.workers }, (_, i) => i)
    this.#ready = numbers.map(() => Promise.withResolvers<void>())
    for (const { promise } of this.#ready) promise.catch(() => {})
    this.#running = numbers.map(async (number) => this.#keep(number))
  }

  /** Resolves when every worker was ready once. Rejects where one can't start. */
  get ready(): Promise<unknown> {
    return Promise.all(this.#ready.map(({ promise }) => promise))
  }

  /** Has all workers commit what they are at, and end. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await Promise.all(this.#running)
  }

  /** Keeps one worker running. */
  async #keep(number: number): Promise<void> {
    const { signal } = this.#abort
    const { logger, onView } = this.#options
    for (let retryMs = FIRST_RETRY_MS; !signal.aborted; retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)) {
      const error = await this.#run(number, () => (retryMs = FIRST_RETRY_MS))
      onView(number, undefined)
      if (signal.aborted) return
      this.#ready[number]!.reject(error)
      logger.error({ worker: number, err: error, retryInMs: retryMs }, 'a worker ended; another one takes its place')
      await pause(retryMs, undefined, { signal }).catch(() => {})
    }
  }

  /** One thread, until it has ended. Resolves with why. */
  async #run(number: number, onReady: () => void): Promise<unknown> {
    const { config, logger, onView } = this.#options
    const workerData: WorkerData = { config: configOf(config, number) }
    const worker = new Worker(THREAD, { name: `sluice-${number}`, workerData, execArgv: [] })
    const ended = Promise.withResolvers<unknown>()
    let reason: unknown
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'view') onView(number, message.streams)
      else if (message.kind === 'log') forward(logger, number, message.line)
      else if (message.kind === 'failed') reason = new SluiceError(message.code as ErrorCode, message.message)
      else {
        onReady()
        this.#ready[number]!.resolve()
      }
    })
    worker.on('error', (error) => (reason = error))
    worker.on('exit', (code) => ended.resolve(reason ?? new Error(`the thread ended with ${code}`)))
    const stop = (): void => {
      worker.postMessage({ kind: 'stop' } satisfies ToWorker)
      void pause(STOP_LIMIT_MS, undefined, { ref: false }).then(() => worker.terminate())
    }
    this.#abort.signal.addEventListener('abort', stop)
    if (this.#abort.signal.aborted) stop()
    try {
      return await ended.promise
    } finally {
      this.#abort.signal.removeEventListener('abort', stop)
    }
  }
}

/** A static member's name belongs to one member only. */
function configOf(config: Config, worker: number): Config {
  const { instanceId } = config.kafka
  return instanceId === null ? config : { ...config, kafka: { ...config.kafka, instanceId: `${instanceId}-${worker}` } }
}

/** Writes what a worker logged as if it had been logged here, with the worker's number. */
function forward(logger: Logger, worker: number, line: string): void {
  const { level, time: _, msg, ...rest } = JSON.parse(line) as { level: number; time: number; msg: string }
  const name = logger.levels.labels[level] ?? 'info'
  logger[name as 'info']({ worker, ...rest }, msg)
}
