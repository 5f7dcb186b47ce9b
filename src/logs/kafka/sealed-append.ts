import { SluiceError } from '../../core/errors.ts'
import type { Append, TopicPartition } from '../../core/log.ts'
import { RECORD_BATCH, sealRecordBatch } from '../../core/record-batch.ts'
import { hasKafkaCode, KAFKA_ERROR, kafkaCodeOf, reasonOf } from './error-codes.ts'

export interface ProducerId {
  readonly id: bigint
  readonly epoch: number
}

export interface Stamp {
  readonly producer: ProducerId
  readonly sequence: number
  readonly transactional: boolean
}

/** How long a leader may wait for the in-sync replicas. */
export const REPLICATION_TIMEOUT_MS = 30_000
/** Sequence numbers wrap to 0 after 2^31 - 1. */
export const SEQUENCE_MASK = 0x7fffffff

const TRANSACTIONAL = 16

/** Writes who produces the record batch, and its number among that producer's, into it, and its checksum. */
export function stamp(bytes: Buffer, { producer, sequence, transactional }: Stamp): void {
  const attributes = bytes.readInt16BE(RECORD_BATCH.attributes)
  bytes.writeInt16BE(transactional ? attributes | TRANSACTIONAL : attributes & ~TRANSACTIONAL, RECORD_BATCH.attributes)
  bytes.writeBigInt64BE(producer.id, RECORD_BATCH.producerId)
  bytes.writeInt16BE(producer.epoch, RECORD_BATCH.producerEpoch)
  bytes.writeInt32BE(sequence, RECORD_BATCH.baseSequence)
  sealRecordBatch(bytes)
}

/** The appends, with bytes of their own where several have the same: who produces them is written into each. */
export function withOwnBytes(appends: readonly Append[]): readonly Append[] {
  if (appends.length < 2) return appends
  const seen = new Set<ArrayBufferLike>()
  return appends.map((append) => {
    const { buffer } = append.recordBatch
    if (!seen.has(buffer)) {
      seen.add(buffer)
      return append
    }
    return { ...append, recordBatch: new Uint8Array(append.recordBatch) }
  })
}

/** Throws `log.append.refused` where the bytes are not one whole record batch that has records. */
export function checkRecordBatch(to: TopicPartition, bytes: Uint8Array): void {
  const { length, count, magic, headerSize, lengthOverhead } = RECORD_BATCH
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const whole = bytes.length >= headerSize && view.getInt32(length) === bytes.length - lengthOverhead
  if (whole && view.getInt8(magic) === 2 && view.getInt32(count) > 0) return
  throw new SluiceError(
    'log.append.refused',
    `what is to be appended to ${to.topic}-${to.partition} is not one record batch with records`,
    {
      details: { topic: to.topic, partition: to.partition, bytes: bytes.length },
    },
  )
}

/** Whether the broker will never take these bytes. */
export function isRefused(error: unknown): boolean {
  const { corruptMessage, messageTooLarge, recordListTooLarge, invalidTimestamp, invalidRecord } = KAFKA_ERROR
  return hasKafkaCode(error, corruptMessage, messageTooLarge, recordListTooLarge, invalidTimestamp, invalidRecord)
}

export function refused({ topic, partition }: TopicPartition, bytes: Uint8Array, error: unknown): SluiceError {
  const tooLarge = kafkaCodeOf(error) === KAFKA_ERROR.messageTooLarge ? "; the topic's max.message.bytes is smaller" : ''
  return new SluiceError(
    'log.append.refused',
    `${topic}-${partition} does not take a record batch of ${bytes.length} bytes: ${reasonOf(error)}${tooLarge}`,
    { cause: error, details: { topic, partition, bytes: bytes.length } },
  )
}
