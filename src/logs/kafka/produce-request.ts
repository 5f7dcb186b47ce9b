import type { TopicPartition } from '../../core/log.ts'
import { KafkaResponseError } from './error-codes.ts'
import { REPLICATION_TIMEOUT_MS } from './sealed-append.ts'
import { writeUnsigned } from './unsigned.ts'
import { WireReader } from './wire-reader.ts'

const PRODUCE = 0
const VERSION = 9
const ACKS_ALL = -1
/** Record batches up to this length are copied; longer ones go out as they are. */
const COPIED = 16 * 1024
/** What a partition takes beside its record batch, and a topic beside its name, at most. */
const PARTITION_OVERHEAD = 16
const TOPIC_OVERHEAD = 16

export interface ProducedBatch extends TopicPartition {
  readonly recordBatch: Uint8Array
}

export interface ProduceRequest {
  readonly id: number
  readonly clientId: Buffer
  readonly transactionalId: string | null
  /** At most one for each partition. */
  readonly batches: readonly ProducedBatch[]
}

/**
 * A request that waits for all in-sync replicas, as pieces that follow each other on the wire: long record batches are among them without a copy.
 * (Kafka protocol, Produce version 9.)
 */
export function encodeProduce({ id, clientId, transactionalId, batches }: ProduceRequest): Buffer[] {
  const topics = [...Map.groupBy(batches, ({ topic }) => topic)].map(([name, of]) => ({ name: Buffer.from(name), of }))
  const transactional = transactionalId === null ? undefined : Buffer.from(transactionalId)
  let room = 64 + clientId.length + (transactional?.length ?? 0)
  for (const { name, of } of topics) {
    room += TOPIC_OVERHEAD + name.length
    for (const { recordBatch } of of) room += PARTITION_OVERHEAD + (recordBatch.length > COPIED ? 0 : recordBatch.length)
  }
  const bytes = Buffer.allocUnsafe(room)
  const pieces: Buffer[] = []
  let piece = 0
  let long = 0
  let at = 4
  at = bytes.writeInt16BE(PRODUCE, at)
  at = bytes.writeInt16BE(VERSION, at)
  at = bytes.writeInt32BE(id, at)
  at = bytes.writeInt16BE(clientId.length, at)
  at += clientId.copy(bytes, at)
  at = bytes.writeUInt8(0, at)
  at = writeCompact(bytes, at, transactional)
  at = bytes.writeInt16BE(ACKS_ALL, at)
  at = bytes.writeInt32BE(REPLICATION_TIMEOUT_MS, at)
  at = writeUnsigned(bytes, at, topics.length + 1)
  for (const { name, of } of topics) {
    at = writeCompact(bytes, at, name)
    at = writeUnsigned(bytes, at, of.length + 1)
    for (const { partition, recordBatch } of of) {
      at = bytes.writeInt32BE(partition, at)
      at = writeUnsigned(bytes, at, recordBatch.length + 1)
      if (recordBatch.length > COPIED) {
        pieces.push(bytes.subarray(piece, at), asBuffer(recordBatch))
        long += recordBatch.length
        piece = at
      } else {
        bytes.set(recordBatch, at)
        at += recordBatch.length
      }
      at = bytes.writeUInt8(0, at)
    }
    at = bytes.writeUInt8(0, at)
  }
  at = bytes.writeUInt8(0, at)
  pieces.push(bytes.subarray(piece, at))
  bytes.writeInt32BE(at - 4 + long, 0)
  return pieces
}

export interface Produced extends TopicPartition {
  /** The offset that the first record got, or why it got none. */
  readonly result: bigint | KafkaResponseError
}

/** What an answer, without its length, says of each partition. */
export function decodeProduce(answer: Buffer): Produced[] {
  const reader = new WireReader(answer)
  reader.at = 4 // correlation id
  reader.skipTags()
  const produced: Produced[] = []
  for (let topics = reader.unsigned() - 1; topics > 0; topics--) {
    const topic = reader.compactText() ?? ''
    for (let partitions = reader.unsigned() - 1; partitions > 0; partitions--) {
      const partition = reader.int32()
      const errorCode = reader.int16()
      const baseOffset = reader.int64()
      reader.at += 16 // log append time, log start offset
      let detail: string | undefined
      for (let errors = reader.unsigned() - 1; errors > 0; errors--) {
        reader.at += 4 // index in the batch
        detail ??= reader.compactText()
        reader.skipTags()
      }
      const message = reader.compactText() ?? detail
      reader.skipTags()
      produced.push({ topic, partition, result: errorCode === 0 ? baseOffset : new KafkaResponseError(errorCode, message) })
    }
    reader.skipTags()
  }
  return produced
}

/** A compact string: its length plus one, or 0 where there is none, and its bytes. */
function writeCompact(to: Buffer, at: number, text: Buffer | undefined): number {
  const next = writeUnsigned(to, at, text === undefined ? 0 : text.length + 1)
  return text === undefined ? next : next + text.copy(to, next)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
