import { Worker } from 'node:worker_threads'
import type { Batch } from '../core/batch.ts'
import type { RecordFile, RecordFiles } from './record-file.ts'
import type { Order, Reply, Request, SentBatch } from './thread-messages.ts'

const THREAD = new URL(import.meta.url.endsWith('.ts') ? 'writer-worker.ts' : 'writer-worker.js', import.meta.url)

/** Files of records that a thread of their own encodes and writes; it begins with the first of them, and again after it has crashed. */
export function createThreadedFiles(): RecordFiles {
  let running: WriterThread | undefined
  let files = 0
  return {
    async create(path, format): Promise<RecordFile> {
      if (running?.hasEnded !== false) running = new WriterThread()
      const thread = running
      const file = ++files
      await thread.ask(file, { kind: 'create', path, format })
      return {
        add: async (batch, taken) => thread.ask(file, { kind: 'add', batch: copyOf(batch), taken }),
        async end() {
          await thread.ask(file, { kind: 'end' })
        },
        async abandon() {
          await thread.ask(file, { kind: 'abandon' }).catch(() => {})
        },
      }
    },
    async [Symbol.asyncDispose]() {
      await running?.end()
    },
  }
}

class WriterThread {
  hasEnded = false
  readonly #worker = new Worker(THREAD, { name: 'sluice-archive', execArgv: [] })
  readonly #waiting = new Map<number, PromiseWithResolvers<number>>()
  #asked = 0

  constructor() {
    this.#worker.unref()
    this.#worker.on('message', ({ id, length, error }: Reply) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(length)
      else waiting?.reject(new Error(error))
    })
    let reason: unknown
    this.#worker.on('error', (error) => (reason = error))
    this.#worker.on('exit', (code) => this.#close(reason ?? new Error(`the thread that writes archives ended with ${code}`)))
  }

  async ask(file: number, order: Order): Promise<number> {
    if (this.hasEnded) throw new Error('the thread that writes archives has ended')
    const id = ++this.#asked
    const answer = Promise.withResolvers<number>()
    this.#waiting.set(id, answer)
    const request: Request = { id, file, ...order }
    this.#worker.postMessage(request, order.kind === 'add' ? buffersOf(order.batch) : [])
    return answer.promise
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #close(reason: unknown): void {
    this.hasEnded = true
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
  }
}

/** The log may use the bytes of the batch again before the thread has read them, or have others read them. (`slice` of a Buffer would copy nothing.) */
function copyOf({ topic, partition, baseOffset, nextOffset, count, bytes, index, timestamps }: Batch): SentBatch {
  return {
    topic,
    partition,
    baseOffset,
    nextOffset,
    count,
    bytes: new Uint8Array(bytes),
    index: index.slice(),
    timestamps: timestamps.slice(),
  }
}

function buffersOf({ bytes, index, timestamps }: SentBatch): ArrayBuffer[] {
  return [bytes.buffer, index.buffer, timestamps.buffer] as ArrayBuffer[]
}
