import { type Connection, type Reader, Writer } from '@platformatic/kafka'
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

/** Fetches from the leader of one partition up to the last stable offset. (Kafka protocol, Fetch version 12.) */
export async function fetchRecords(connection: Connection, request: FetchRequest): Promise<Fetched> {
  return new Promise((resolve, reject) => {
    connection.send<Fetched>(
      FETCH,
      VERSION,
      () => encode(request),
      decode,
      true,
      true,
      (error, fetched) => {
        if (fetched === undefined || error !== null) reject(error ?? new Error('the broker answered without the partition'))
        else resolve(fetched)
      },
    )
  })
}

function encode({ topic, partition, from, maxBytes, maxWaitMs }: FetchRequest): Writer {
  return Writer.create()
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
}

function decode(_correlationId: number, _apiKey: number, _apiVersion: number, reader: Reader): Fetched {
  reader.readInt32() // throttle time
  const errorCode = reader.readInt16()
  if (errorCode !== 0) throw new KafkaResponseError(errorCode)
  reader.readInt32() // session
  const topics = reader.readArray((topicReader) => {
    topicReader.readString()
    return topicReader.readArray(decodePartition)
  })
  const fetched = topics[0]?.[0]
  if (fetched === undefined) throw new Error('the broker answered a fetch without its partition')
  if (fetched.errorCode !== 0) throw new KafkaResponseError(fetched.errorCode)
  return fetched
}

function decodePartition(reader: Reader): Fetched & { readonly errorCode: number } {
  reader.readInt32()
  const errorCode = reader.readInt16()
  reader.readInt64() // high watermark
  const stable = reader.readInt64()
  reader.readInt64() // log start offset
  const aborted = reader.readArray((r) => ({ producerId: r.readInt64(), firstOffset: r.readInt64() }))
  reader.readInt32() // preferred read replica
  return { errorCode, stable, aborted, records: reader.readBytes() }
}
