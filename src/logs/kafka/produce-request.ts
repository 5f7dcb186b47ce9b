import { type Connection, type Reader, Writer } from '@platformatic/kafka'
import type { TopicPartition } from '../../core/log.ts'
import { KafkaResponseError } from './error-codes.ts'
import { REPLICATION_TIMEOUT_MS } from './sealed-append.ts'

const PRODUCE = 0
const VERSION = 9
const ACKS_ALL = -1

export interface ProduceRequest {
  readonly to: TopicPartition
  /** Sealed, and stamped as transactional where there is a transactional id. */
  readonly recordBatch: Buffer
  readonly transactionalId?: string | null
}

/**
 * Appends one record batch through the leader of its partition and resolves with the offset of its first record,
 * once all in-sync replicas have it. Rejects with the broker's `KafkaResponseError`. (Kafka protocol, Produce version 9.)
 */
export async function produce(connection: Connection, asked: ProduceRequest): Promise<bigint> {
  return new Promise((resolve, reject) => {
    const request = (): Writer => produceRequest(asked)
    connection.send<bigint>(PRODUCE, VERSION, request, produceResponse, true, true, (error, offset) => {
      if (offset === undefined || error !== null) reject(error ?? new Error('the broker answered without an offset'))
      else resolve(offset)
    })
  })
}

function produceRequest({ to: { topic, partition }, recordBatch, transactionalId = null }: ProduceRequest): Writer {
  return Writer.create()
    .appendString(transactionalId)
    .appendInt16(ACKS_ALL)
    .appendInt32(REPLICATION_TIMEOUT_MS)
    .appendArray([topic], (topicWriter) => {
      topicWriter.appendString(topic).appendArray([partition], (partitionWriter) => {
        partitionWriter.appendInt32(partition).appendBytes(recordBatch)
      })
    })
    .appendTaggedFields()
}

function produceResponse(_correlationId: number, _apiKey: number, _apiVersion: number, reader: Reader): bigint {
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
