import type { TopicPartition } from '../../core/log.ts'
import { KafkaResponseError } from './error-codes.ts'
import { writeUnsigned } from './unsigned.ts'
import { WireReader } from './wire-reader.ts'

const FETCH = 1
const VERSION = 12
const CONSUMER = -1
const READ_COMMITTED = 1
const NO_SESSION = 0
const FINAL_EPOCH = -1
/** What a request takes beside its topics, a topic beside its name and its partitions, and a partition; in bytes, at most. */
const FIXED = 64
const TOPIC = 16
const PARTITION = 40

export interface FetchPosition extends TopicPartition {
  readonly from: bigint
  /** One record batch that is larger comes all the same where it is the first of an answer. */
  readonly maxBytes: number
}

export interface FetchRequest {
  /** Each once. The answer is filled in this order. */
  readonly positions: readonly FetchPosition[]
  /** Of all partitions together. */
  readonly maxBytes: number
  /** How long the broker may wait for the first record. */
  readonly maxWaitMs: number
}

/** What an answer says of a partition. */
export interface Fetched {
  readonly stable: bigint
  /** Transactions that were aborted: the records of the producer from the offset up to its next abort marker do not count. */
  readonly aborted: readonly AbortedTransaction[]
  /** Record batches as the log has them; the last one may be cut off. A view of the answer. */
  readonly records: Uint8Array
}

export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: bigint
}

export interface FetchedPartition extends TopicPartition {
  readonly result: Fetched | KafkaResponseError
}

/** A fetch up to the last stable offsets, as it goes over the wire. (Kafka protocol, Fetch version 12.) */
export function encodeFetch(request: FetchRequest, { id, clientId }: { readonly id: number; readonly clientId: string }): Buffer {
  const { positions, maxBytes, maxWaitMs } = request
  const client = Buffer.from(clientId)
  const runs = inRuns(positions).map((run) => ({ name: Buffer.from(run[0]!.topic), run }))
  let room = FIXED + client.length + positions.length * PARTITION
  for (const { name } of runs) room += TOPIC + name.length
  const bytes = Buffer.allocUnsafe(room)
  let at = 4
  at = bytes.writeInt16BE(FETCH, at)
  at = bytes.writeInt16BE(VERSION, at)
  at = bytes.writeInt32BE(id, at)
  at = bytes.writeInt16BE(client.length, at)
  at += client.copy(bytes, at)
  at = bytes.writeUInt8(0, at) // tagged fields
  at = bytes.writeInt32BE(CONSUMER, at)
  at = bytes.writeInt32BE(maxWaitMs, at)
  at = bytes.writeInt32BE(1, at) // least bytes
  at = bytes.writeInt32BE(maxBytes, at)
  at = bytes.writeInt8(READ_COMMITTED, at)
  at = bytes.writeInt32BE(NO_SESSION, at)
  at = bytes.writeInt32BE(FINAL_EPOCH, at)
  at = writeUnsigned(bytes, at, runs.length + 1)
  for (const { name, run } of runs) {
    at = writeUnsigned(bytes, at, name.length + 1)
    at += name.copy(bytes, at)
    at = writeUnsigned(bytes, at, run.length + 1)
    for (const { partition, from, maxBytes: atMost } of run) {
      at = bytes.writeInt32BE(partition, at)
      at = bytes.writeInt32BE(-1, at) // current leader epoch: not checked
      at = bytes.writeBigInt64BE(from, at)
      at = bytes.writeInt32BE(-1, at) // last fetched epoch
      at = bytes.writeBigInt64BE(-1n, at) // log start offset, of followers only
      at = bytes.writeInt32BE(atMost, at)
      at = bytes.writeUInt8(0, at) // tagged fields
    }
    at = bytes.writeUInt8(0, at) // tagged fields
  }
  at = writeUnsigned(bytes, at, 1) // no forgotten topics
  at = writeUnsigned(bytes, at, 1) // no rack
  at = bytes.writeUInt8(0, at) // tagged fields
  bytes.writeInt32BE(at - 4, 0)
  return bytes.subarray(0, at)
}

/** Those of one topic that follow each other. The order is kept, so that a topic may come several times. */
function inRuns(positions: readonly FetchPosition[]): FetchPosition[][] {
  const runs: FetchPosition[][] = []
  for (const position of positions) {
    const last = runs.at(-1)
    if (last?.[0]!.topic === position.topic) last.push(position)
    else runs.push([position])
  }
  return runs
}

/** What an answer, without its length, says of each partition. Throws the broker's `KafkaResponseError` where it is about all of them. */
export function decodeFetch(answer: Buffer): FetchedPartition[] {
  const reader = new WireReader(answer)
  reader.at = 4 // correlation id
  reader.skipTags()
  reader.at += 4 // throttle time
  const errorCode = reader.int16()
  if (errorCode !== 0) throw new KafkaResponseError(errorCode)
  reader.at += 4 // session
  const fetched: FetchedPartition[] = []
  for (let topics = reader.unsigned() - 1; topics > 0; topics--) {
    const topic = reader.compactText() ?? ''
    for (let partitions = reader.unsigned() - 1; partitions > 0; partitions--) {
      const partition = reader.int32()
      const result = partitionOf(reader)
      fetched.push({ topic, partition, result })
    }
    reader.skipTags()
  }
  return fetched
}

function partitionOf(reader: WireReader): Fetched | KafkaResponseError {
  const errorCode = reader.int16()
  reader.at += 8 // high watermark
  const stable = reader.int64()
  reader.at += 8 // log start offset
  const aborted: AbortedTransaction[] = []
  for (let left = reader.unsigned() - 1; left > 0; left--) {
    aborted.push({ producerId: reader.int64(), firstOffset: reader.int64() })
    reader.skipTags()
  }
  reader.at += 4 // preferred read replica
  const records = reader.view(Math.max(0, reader.unsigned() - 1))
  reader.skipTags()
  return errorCode === 0 ? { stable, aborted, records } : new KafkaResponseError(errorCode)
}
