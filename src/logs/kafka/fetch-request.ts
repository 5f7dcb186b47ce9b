import { Writer } from '@platformatic/kafka'
import type { TopicPartition } from '../../core/log.ts'
import { KafkaResponseError } from './error-codes.ts'

const FETCH = 1
const VERSION = 12
const CONSUMER = -1
const READ_COMMITTED = 1
const NO_SESSION = 0
const FINAL_EPOCH = -1

export interface FetchRequest extends TopicPartition {
  readonly from: bigint
  /** One record batch that is larger comes all the same. */
  readonly maxBytes: number
  /** How long the broker may wait for the first record. */
  readonly maxWaitMs: number
}

export interface Fetched {
  readonly stable: bigint
  /** Transactions that were aborted: the records of the producer from the offset up to its next abort marker do not count. */
  readonly aborted: readonly AbortedTransaction[]
  /** Record batches as the log has them; the last one may be cut off. */
  readonly records: Uint8Array
}

export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: bigint
}

/** A fetch up to the last stable offset, as it goes over the wire. (Kafka protocol, Fetch version 12.) */
export function encodeFetch(request: FetchRequest, { id, clientId }: { readonly id: number; readonly clientId: string }): Buffer {
  const { topic, partition, from, maxBytes, maxWaitMs } = request
  const writer = Writer.create()
    .appendInt16(FETCH)
    .appendInt16(VERSION)
    .appendInt32(id)
    .appendString(clientId, false)
    .appendTaggedFields()
    .appendInt32(CONSUMER)
    .appendInt32(maxWaitMs)
    .appendInt32(1)
    .appendInt32(maxBytes)
    .appendInt8(READ_COMMITTED)
    .appendInt32(NO_SESSION)
    .appendInt32(FINAL_EPOCH)
    .appendArray([topic], (topicWriter) => {
      topicWriter.appendString(topic).appendArray([partition], (partitionWriter) => {
        partitionWriter
          .appendInt32(partition)
          .appendInt32(-1) // current leader epoch: not checked
          .appendInt64(from)
          .appendInt32(-1) // last fetched epoch
          .appendInt64(-1n) // log start offset, of followers only
          .appendInt32(maxBytes)
      })
    })
    .appendArray([], () => {})
    .appendString('')
    .appendTaggedFields()
  return writer.prependLength().buffer
}

/** What an answer says of its one partition; `records` is a view of it. Throws the broker's `KafkaResponseError`. */
export function decodeFetch(answer: Buffer): Fetched {
  const cursor = new Cursor(answer)
  cursor.at = 4 + 1 // correlation id, no tagged fields
  cursor.at += 4 // throttle time
  const errorCode = cursor.int16()
  if (errorCode !== 0) throw new KafkaResponseError(errorCode)
  cursor.at += 4 // session
  if (cursor.unsigned() !== 2) throw new Error('the broker answered a fetch without its topic')
  cursor.skip(cursor.unsigned() - 1)
  if (cursor.unsigned() !== 2) throw new Error('the broker answered a fetch without its partition')
  cursor.at += 4 // partition
  const partitionError = cursor.int16()
  if (partitionError !== 0) throw new KafkaResponseError(partitionError)
  cursor.at += 8 // high watermark
  const stable = cursor.int64()
  cursor.at += 8 // log start offset
  const aborted: AbortedTransaction[] = []
  for (let left = cursor.unsigned() - 1; left > 0; left--) {
    aborted.push({ producerId: cursor.int64(), firstOffset: cursor.int64() })
    cursor.skipTags()
  }
  cursor.at += 4 // preferred read replica
  const length = Math.max(0, cursor.unsigned() - 1)
  if (cursor.at + length > answer.length) throw new Error('the broker answered a fetch with fewer records than it says')
  return { stable, aborted, records: answer.subarray(cursor.at, cursor.at + length) }
}

/** Reads one value after the other. Beyond the end it throws a RangeError. */
class Cursor {
  at = 0
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  int16(): number {
    this.at += 2
    return this.#bytes.readInt16BE(this.at - 2)
  }

  int64(): bigint {
    this.at += 8
    return this.#bytes.readBigInt64BE(this.at - 8)
  }

  /** A varint without a sign, of at most 32 bits. */
  unsigned(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes.readUInt8(this.at++)
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
    throw new RangeError('a varint is longer than five bytes')
  }

  skip(bytes: number): void {
    this.at += bytes
  }

  skipTags(): void {
    for (let left = this.unsigned(); left > 0; left--) {
      this.unsigned()
      this.skip(this.unsigned())
    }
  }
}
