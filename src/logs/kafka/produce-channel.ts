import type { Socket } from 'node:net'
import { type Connection, Reader } from '@platformatic/kafka'
import type { TopicPartition } from '../../core/log.ts'
import { KafkaResponseError } from './error-codes.ts'
import { REPLICATION_TIMEOUT_MS } from './sealed-append.ts'

const PRODUCE = 0
const VERSION = 9
const ACKS_ALL = -1
/** Empty tagged fields of the partition, of the topic, and of the request. */
const TAIL = Buffer.alloc(3)
/** Longer than a leader waits for its replicas. */
const ANSWER_TIMEOUT_MS = REPLICATION_TIMEOUT_MS + 5000

export interface ProduceRequest {
  readonly to: TopicPartition
  /** Sealed, and stamped as transactional where there is a transactional id. It must not change until the request is settled. */
  readonly recordBatch: Uint8Array
  readonly transactionalId?: string | null
}

interface Asked {
  readonly resolve: (offset: bigint) => void
  readonly reject: (error: unknown) => void
  readonly timer: NodeJS.Timeout
}

/**
 * Appends record batches over a connection that is used for nothing else, without a copy of them: the socket gets the bytes as they
 * are, between a head and a tail. Requests follow each other without waiting. (Kafka protocol, Produce version 9.)
 */
export class ProduceChannel {
  readonly connection: Connection
  readonly #socket: Socket
  readonly #clientId: Buffer
  readonly #asked = new Map<number, Asked>()
  #lastId = 0
  #received: Buffer = Buffer.alloc(0)
  #fault: Error | undefined

  /** Takes the open connection over. */
  constructor(connection: Connection, clientId: string) {
    this.connection = connection
    this.#clientId = Buffer.from(clientId)
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
  async produce(request: ProduceRequest): Promise<bigint> {
    if (this.#fault !== undefined) throw this.#fault
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#end(new Error(`the broker did not answer within ${ANSWER_TIMEOUT_MS / 1000} s`))
        this.#socket.destroy()
      }, ANSWER_TIMEOUT_MS)
      this.#asked.set(id, { resolve, reject, timer })
      this.#socket.cork()
      this.#socket.write(this.#head(id, request))
      this.#socket.write(request.recordBatch)
      this.#socket.write(TAIL)
      this.#socket.uncork()
    })
  }

  /** All of the request that stands before the record batch. */
  #head(id: number, { to, recordBatch, transactionalId = null }: ProduceRequest): Buffer {
    const topic = Buffer.from(to.topic)
    const transactional = transactionalId === null ? undefined : Buffer.from(transactionalId)
    const head = Buffer.allocUnsafe(64 + this.#clientId.length + topic.length + (transactional?.length ?? 0))
    let at = 4
    at = head.writeInt16BE(PRODUCE, at)
    at = head.writeInt16BE(VERSION, at)
    at = head.writeInt32BE(id, at)
    at = head.writeInt16BE(this.#clientId.length, at)
    at += this.#clientId.copy(head, at)
    at = head.writeUInt8(0, at)
    at = writeCompact(head, at, transactional)
    at = head.writeInt16BE(ACKS_ALL, at)
    at = head.writeInt32BE(REPLICATION_TIMEOUT_MS, at)
    at = head.writeUInt8(2, at)
    at = writeCompact(head, at, topic)
    at = head.writeUInt8(2, at)
    at = head.writeInt32BE(to.partition, at)
    at = writeUnsigned(head, at, recordBatch.length + 1)
    head.writeInt32BE(at - 4 + recordBatch.length + TAIL.length, 0)
    return head.subarray(0, at)
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
    const asked = this.#asked.get(id)
    if (asked === undefined) return
    this.#asked.delete(id)
    clearTimeout(asked.timer)
    try {
      // Behind the correlation id there is the header's empty tagged fields.
      asked.resolve(baseOffsetIn(Reader.from(answer.subarray(5))))
    } catch (error) {
      asked.reject(error)
    }
  }

  /** The connection is of no more use. */
  #end(fault: Error): void {
    this.#fault ??= fault
    for (const { reject, timer } of this.#asked.values()) {
      clearTimeout(timer)
      reject(this.#fault)
    }
    this.#asked.clear()
  }
}

function baseOffsetIn(reader: Reader): bigint {
  const topics = reader.readArray((topicReader) => {
    topicReader.readString()
    return topicReader.readArray((partitionReader) => {
      partitionReader.readInt32()
      const errorCode = partitionReader.readInt16()
      const baseOffset = partitionReader.readInt64()
      partitionReader.skip(16) // log append time, log start offset
      const details = partitionReader.readArray((r) => {
        r.readInt32()
        return r.readNullableString()
      })
      const message = partitionReader.readNullableString()
      return { errorCode, baseOffset, detail: message ?? details.find((detail) => detail !== null) }
    })
  })
  const answer = topics[0]?.[0]
  if (answer === undefined) throw new Error('the broker answered a produce request without its partition')
  if (answer.errorCode !== 0) throw new KafkaResponseError(answer.errorCode, answer.detail)
  return answer.baseOffset
}

/** A compact string: its length plus one, or 0 where there is none, and its bytes. */
function writeCompact(to: Buffer, at: number, text: Buffer | undefined): number {
  const next = writeUnsigned(to, at, text === undefined ? 0 : text.length + 1)
  return text === undefined ? next : next + text.copy(to, next)
}

function writeUnsigned(to: Buffer, at: number, value: number): number {
  let next = at
  let rest = value
  for (; rest > 127; rest >>>= 7) to[next++] = (rest & 127) | 128
  to[next++] = rest
  return next
}
