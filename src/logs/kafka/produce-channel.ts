import type { Socket } from 'node:net'
import type { Connection } from '@platformatic/kafka'
import { keyOf } from './partition-key.ts'
import { decodeProduce, encodeProduce, type ProducedBatch } from './produce-request.ts'
import { REPLICATION_TIMEOUT_MS } from './sealed-append.ts'

/** Longer than a leader waits for its replicas. */
const ANSWER_TIMEOUT_MS = REPLICATION_TIMEOUT_MS + 5000
/** How much goes together in one request; brokers take 100 MB where they are not told otherwise. */
const TOGETHER_BYTES = 4 * 1024 * 1024

export interface ProducedAppend extends ProducedBatch {
  /** Sealed, and stamped as transactional where there is a transactional id. It must not change until the request is settled. */
  readonly recordBatch: Uint8Array
  readonly transactionalId?: string | null
}

export interface ProduceChannelOptions {
  readonly clientId: string
  /** Where no answer comes for so long, the broker is asked for a sign of life. */
  readonly lookEveryMs: number
  /** Whether it gives none. Never rejects. */
  readonly isSilent: () => Promise<boolean>
}

interface Asked {
  readonly append: ProducedAppend
  readonly resolve: (offset: bigint) => void
  readonly reject: (error: unknown) => void
}

interface Request {
  /** By partition. */
  readonly asked: ReadonlyMap<string, Asked>
  readonly timer: NodeJS.Timeout
}

/**
 * Appends record batches over a connection that is used for nothing else. What is asked for within one turn of the event loop goes
 * together in one request, and requests follow each other without waiting.
 */
export class ProduceChannel {
  readonly connection: Connection
  readonly #socket: Socket
  readonly #clientId: Buffer
  readonly #requests = new Map<number, Request>()
  #queue: Asked[] = []
  #lastId = 0
  #received: Buffer = Buffer.alloc(0)
  #fault: Error | undefined
  readonly #options: ProduceChannelOptions
  #watch: NodeJS.Timeout | undefined

  /** Takes the open connection over. */
  constructor(connection: Connection, options: ProduceChannelOptions) {
    this.connection = connection
    this.#options = options
    this.#clientId = Buffer.from(options.clientId)
    this.#socket = connection.socket
    this.#socket.removeAllListeners('data')
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    this.#socket.on('close', () => this.#end(new Error('the connection to the broker was closed')))
    if (this.#socket.destroyed) this.#end(new Error('the connection to the broker is closed'))
  }

  get isOpen(): boolean {
    return this.#fault === undefined
  }

  /**
   * Resolves with the offset of the first record, once all in-sync replicas have the batch. Rejects with the broker's
   * `KafkaResponseError`, and with what ends the connection.
   */
  async produce(append: ProducedAppend): Promise<bigint> {
    if (this.#fault !== undefined) throw this.#fault
    return new Promise((resolve, reject) => {
      if (this.#queue.push({ append, resolve, reject }) === 1) setImmediate(() => this.#flush())
    })
  }

  /** Sends what has been asked for. A request has one transactional id, and a partition once. */
  #flush(): void {
    const queue = this.#queue
    this.#queue = []
    if (this.#fault !== undefined) {
      for (const { reject } of queue) reject(this.#fault)
      return
    }
    this.#socket.cork()
    for (let begin = 0; begin < queue.length;) {
      const asked = new Map<string, Asked>()
      const id = queue[begin]!.append.transactionalId ?? null
      let bytes = 0
      let end = begin
      for (; end < queue.length && bytes < TOGETHER_BYTES; end++) {
        const { append } = queue[end]!
        const key = keyOf(append)
        if ((append.transactionalId ?? null) !== id || asked.has(key)) break
        asked.set(key, queue[end]!)
        bytes += append.recordBatch.length
      }
      this.#send(asked, id)
      begin = end
    }
    this.#socket.uncork()
  }

  #send(asked: ReadonlyMap<string, Asked>, transactionalId: string | null): void {
    const id = ++this.#lastId
    const timer = setTimeout(() => {
      this.#end(new Error(`the broker did not answer within ${ANSWER_TIMEOUT_MS / 1000} s`))
      this.#socket.destroy()
    }, ANSWER_TIMEOUT_MS)
    this.#requests.set(id, { asked, timer })
    this.#startWatch()
    const batches = [...asked.values()].map(({ append }) => append)
    for (const piece of encodeProduce({ id, clientId: this.#clientId, transactionalId, batches })) this.#socket.write(piece)
  }

  #startWatch(): void {
    if (this.#requests.size > 0) this.#watch ??= setTimeout(() => void this.#look(), this.#options.lookEveryMs)
  }

  /** Replicas may take long; but where the broker hangs, another one leads its partitions before the answer would be given up. */
  async #look(): Promise<void> {
    this.#watch = undefined
    const [oldest] = this.#requests.keys()
    if (oldest !== undefined && (await this.#options.isSilent()) && this.#requests.has(oldest)) {
      this.#end(new Error('the broker gives no sign of life'))
      this.#socket.destroy()
    }
    this.#startWatch()
  }

  #receive(chunk: Buffer): void {
    let bytes = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    while (bytes.length >= 4) {
      const end = 4 + bytes.readInt32BE(0)
      if (bytes.length < end) break
      this.#answered(bytes.subarray(4, end))
      bytes = bytes.subarray(end)
    }
    this.#received = bytes
  }

  #answered(answer: Buffer): void {
    const id = answer.readInt32BE(0)
    const request = this.#requests.get(id)
    if (request === undefined) return
    this.#requests.delete(id)
    clearTimeout(request.timer)
    this.#watch?.refresh()
    const waiting = new Map(request.asked)
    let fault: unknown = new Error('the broker answered a produce request without its partition')
    try {
      for (const produced of decodeProduce(answer)) {
        const { result } = produced
        const key = keyOf(produced)
        const asked = waiting.get(key)
        waiting.delete(key)
        if (typeof result === 'bigint') asked?.resolve(result)
        else asked?.reject(result)
      }
    } catch (error) {
      fault = error
    }
    for (const { reject } of waiting.values()) reject(fault)
  }

  /** The connection is of no more use. */
  #end(fault: Error): void {
    this.#fault ??= fault
    for (const { asked, timer } of this.#requests.values()) {
      clearTimeout(timer)
      for (const { reject } of asked.values()) reject(this.#fault)
    }
    this.#requests.clear()
    clearTimeout(this.#watch)
  }
}
