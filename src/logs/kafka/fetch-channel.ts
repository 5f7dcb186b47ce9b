import { createConnection, type Socket } from 'node:net'
import type { Connection } from '@platformatic/kafka'
import type { Connections } from './connections.ts'
import { decodeFetch, encodeFetch, type FetchedPartition, type FetchRequest } from './fetch-request.ts'
import type { FramePool } from './frame-pool.ts'
import { answerTimeoutMs, type BrokerAddress, type KafkaSettings } from './options.ts'

export interface FetchChannelOptions {
  readonly connections: Connections
  readonly settings: KafkaSettings
  readonly pool: FramePool
}

/** An answer, in a buffer of the pool. */
export interface FetchAnswer {
  readonly partitions: readonly FetchedPartition[]
  /** Call it once, when none of the records is needed any more. */
  release(): void
}

interface Asked {
  readonly id: number
  readonly resolve: (answer: FetchAnswer) => void
  readonly reject: (error: unknown) => void
  readonly timer: NodeJS.Timeout
}

const READ_BYTES = 256 * 1024
const CONNECT_TIMEOUT_MS = 5000
/** An answer is at most a record batch, which topics limit, and a little. */
const MAX_FRAME_BYTES = 1024 * 1024 * 1024

/**
 * Fetches over a connection that is used for nothing else, one request at a time, into buffers of a pool. A plain connection is read into one
 * buffer again and again; one with TLS or credentials is opened by the client, and taken over.
 */
export class FetchChannel {
  readonly #socket: Socket
  readonly #clientId: string
  readonly #answerTimeoutMs: number
  readonly #pool: FramePool
  #asked: Asked | undefined
  #lastId = 0
  #fault: Error | undefined
  readonly #size = Buffer.alloc(4)
  /** How much of the size of the answer, and of the answer itself, has come. */
  #sizeBytes = 0
  #frame: Buffer | undefined
  #frameLength = 0
  #frameBytes = 0

  /** The client's, which was taken over; undefined for a plain connection. */
  readonly connection: Connection | undefined

  private constructor(
    socket: Socket,
    { settings, pool, connection }: { settings: KafkaSettings; pool: FramePool; connection?: Connection },
  ) {
    this.#socket = socket
    this.connection = connection
    this.#clientId = settings.clientId
    this.#answerTimeoutMs = answerTimeoutMs(settings)
    this.#pool = pool
  }

  static async open(address: BrokerAddress, { connections, settings, pool }: FetchChannelOptions): Promise<FetchChannel> {
    const { tls, sasl } = settings
    if (tls !== undefined || sasl !== undefined) return FetchChannel.#over(await connections.open(address), settings, pool)
    let channel: FetchChannel | undefined
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
    const onread = {
      buffer,
      callback: (length: number): boolean => {
        if (channel !== undefined) channel.#receive(buffer.subarray(0, length))
        return true
      },
    }
    const socket = createConnection({ host: address.host, port: address.port, noDelay: true, onread })
    channel = new FetchChannel(socket, { settings, pool })
    await opened(socket)
    channel.#watch()
    return channel
  }

  static #over(connection: Connection, settings: KafkaSettings, pool: FramePool): FetchChannel {
    const { socket } = connection
    const channel = new FetchChannel(socket, { settings, pool, connection })
    socket.removeAllListeners('data')
    socket.on('data', (chunk: Buffer) => channel.#receive(chunk))
    channel.#watch()
    return channel
  }

  /** Rejects with the broker's `KafkaResponseError` where that is about the whole request, and with what ends the connection. */
  async fetch(request: FetchRequest): Promise<FetchAnswer> {
    if (this.#fault !== undefined) throw this.#fault
    if (this.#asked !== undefined) throw new Error('a fetch is under way')
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#end(new Error('the broker did not answer a fetch in time')),
        request.maxWaitMs + this.#answerTimeoutMs,
      )
      this.#asked = { id, resolve, reject, timer }
      this.#socket.write(encodeFetch(request, { id, clientId: this.#clientId }))
    })
  }

  close(): void {
    this.#end(new Error('the fetch was given up'))
  }

  #watch(): void {
    this.#socket.on('error', (error) => this.#end(error))
    this.#socket.on('close', () => this.#end(new Error('the connection to the broker was closed')))
    if (this.#socket.destroyed) this.#end(new Error('the connection to the broker is closed'))
  }

  /** Takes in bytes as they come; they are valid during the call only. */
  #receive(chunk: Buffer): void {
    // A large answer over a slow connection may take its time, as long as it comes.
    this.#asked?.timer.refresh()
    let at = 0
    while (at < chunk.length && this.#fault === undefined) {
      if (this.#frame === undefined) at = this.#receiveSize(chunk, at)
      else {
        const length = Math.min(chunk.length - at, this.#frameLength - this.#frameBytes)
        chunk.copy(this.#frame, this.#frameBytes, at, at + length)
        this.#frameBytes += length
        at += length
        if (this.#frameBytes === this.#frameLength) this.#answered()
      }
    }
  }

  #receiveSize(chunk: Buffer, from: number): number {
    let at = from
    while (this.#sizeBytes < 4 && at < chunk.length) this.#size[this.#sizeBytes++] = chunk[at++]!
    if (this.#sizeBytes < 4) return at
    const length = this.#size.readInt32BE(0)
    if (length < 5 || length > MAX_FRAME_BYTES) this.#end(new Error(`the broker announced an answer of ${length} bytes`))
    else {
      this.#frame = this.#pool.take(length)
      this.#frameLength = length
      this.#frameBytes = 0
    }
    return at
  }

  #answered(): void {
    const frame = this.#frame!
    const asked = this.#asked
    this.#frame = undefined
    this.#sizeBytes = 0
    this.#asked = undefined
    if (asked === undefined || frame.readInt32BE(0) !== asked.id) {
      asked?.reject(new Error('the broker answered something else than was asked'))
      this.#end(new Error('the broker answered something else than was asked'))
      return
    }
    clearTimeout(asked.timer)
    const release = (): void => this.#pool.give(frame)
    try {
      asked.resolve({ partitions: decodeFetch(frame.subarray(0, this.#frameLength)), release })
    } catch (error) {
      release()
      asked.reject(error)
    }
  }

  #end(fault: Error): void {
    this.#fault ??= fault
    const asked = this.#asked
    this.#asked = undefined
    if (asked !== undefined) clearTimeout(asked.timer)
    asked?.reject(this.#fault)
    this.#socket.destroy()
  }
}

async function opened(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${CONNECT_TIMEOUT_MS / 1000} s`)), CONNECT_TIMEOUT_MS)
    const failed = (error: Error): void => {
      clearTimeout(timer)
      reject(error)
    }
    socket.once('error', failed)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.off('error', failed)
      resolve()
    })
  })
}
