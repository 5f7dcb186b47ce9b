import { type Batch, INDEX } from './batch.ts'
import { crc32c } from './crc32c.ts'
import { SluiceError } from './errors.ts'
import { VarintReader } from './varint.ts'

/**
 * Kafka's record batch, format v2 (magic 2), uncompressed: how records stand on every log of Sluice and in memory.
 * Layout: baseOffset i64, length i32, leaderEpoch i32, magic i8, crc u32, attributes i16, lastOffsetDelta i32,
 * baseTimestamp i64, maxTimestamp i64, producerId i64, producerEpoch i16, baseSequence i32, count i32, records.
 */
export const RECORD_BATCH = {
  baseOffset: 0,
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
  headerSize: 61,
  /** Bytes that `length` does not count: baseOffset and length themselves. */
  lengthOverhead: 12,
} as const

/** The number of records in one record batch. */
export function recordCount(recordBatch: Uint8Array): number {
  return viewOf(recordBatch).getInt32(RECORD_BATCH.count)
}

/** Computes and stores the checksum, which a writer leaves at zero: call it where the batch leaves for a broker. */
export function sealRecordBatch(recordBatch: Uint8Array): Uint8Array {
  viewOf(recordBatch).setUint32(RECORD_BATCH.crc, crc32c(recordBatch, RECORD_BATCH.attributes))
  return recordBatch
}

/** Stores the offset that the log gave to the first record. The checksum does not cover it. */
export function setBaseOffset(recordBatch: Uint8Array, offset: bigint): void {
  viewOf(recordBatch).setBigInt64(RECORD_BATCH.baseOffset, offset)
}

export interface BatchSource {
  readonly topic: string
  readonly partition: number
  /** Records below this offset are left out: a log may hand over a record batch that starts before the asked-for offset. */
  readonly from: bigint
  readonly release?: () => void
}

/** The fewest bytes of a record: seven varints and attributes of one byte each. */
const SMALLEST_RECORD = 7
const MAX_INT32 = 2147483647
/** The times that a `Date` can hold, in ms around the epoch. */
const FARTHEST_TIME = 8.64e15

/**
 * The records in one or more complete, uncompressed record batches that stand one after the other in `bytes`, as one `Batch`.
 * Throws `log.corrupt` when they break the format in any place: every length, header and offset is checked, so that who
 * uses the batch need not. Checksums are not verified here. Timestamps that no `Date` can hold are brought to the last that it can.
 */
export function readRecordBatches(bytes: Uint8Array, source: BatchSource): Batch {
  const view = viewOf(bytes)
  const total = countRecords(bytes, view, source)
  const index = new Int32Array(total * INDEX.stride)
  const timestamps = new Float64Array(total)
  const reader = new VarintReader(bytes)
  const baseOffset = source.from
  let nextOffset = source.from
  let count = 0
  let previous = Number.NEGATIVE_INFINITY
  for (let start = 0; start < bytes.length; start = reader.end) {
    reader.end = start + RECORD_BATCH.lengthOverhead + view.getInt32(start + RECORD_BATCH.length)
    reader.at = start + RECORD_BATCH.headerSize
    const batchOffset = view.getBigInt64(start + RECORD_BATCH.baseOffset)
    const shift = Number(batchOffset - baseOffset)
    const baseTimestamp = Number(view.getBigInt64(start + RECORD_BATCH.baseTimestamp))
    // The log's own time for all records, where the topic is configured so (LogAppendTime); else each record has its own.
    const appendTime = view.getInt16(start + RECORD_BATCH.attributes) & 8 ? Number(view.getBigInt64(start + RECORD_BATCH.maxTimestamp)) : -1
    const records = view.getInt32(start + RECORD_BATCH.count)
    const lastDelta = view.getInt32(start + RECORD_BATCH.lastOffsetDelta)
    const batchEnd = reader.end
    for (let r = 0; r < records; r++) {
      const length = reader.varint()
      const recordEnd = reader.at + length
      reader.at++ // attributes, unused by the format
      const timestamp = baseTimestamp + reader.varlong()
      const delta = reader.varint()
      const offsetDelta = shift + delta
      const cell = count * INDEX.stride
      index[cell + INDEX.offsetDelta] = offsetDelta
      reader.at = bounded(reader, cell + INDEX.keyAt, index)
      reader.at = bounded(reader, cell + INDEX.valueAt, index)
      const headers = reader.varint()
      index[cell + INDEX.headerCount] = headers
      index[cell + INDEX.headersAt] = reader.at
      if (headers !== 0) passHeaders(reader, headers)
      if (reader.failed || reader.at !== recordEnd || recordEnd > batchEnd) throw corrupt(source, batchOffset, r)
      if (delta < 0 || delta > lastDelta || offsetDelta <= previous || offsetDelta > MAX_INT32) throw corrupt(source, batchOffset, r)
      previous = offsetDelta
      timestamps[count] = appendTime < 0 ? dateTime(timestamp) : dateTime(appendTime)
      if (offsetDelta >= 0) count++
    }
    if (reader.at !== batchEnd) throw corrupt(source, batchOffset, records)
    const after = batchOffset + BigInt(lastDelta) + 1n
    if (after > nextOffset) nextOffset = after
  }
  return {
    topic: source.topic,
    partition: source.partition,
    baseOffset,
    nextOffset,
    count,
    bytes,
    index,
    timestamps,
    release: source.release ?? nothing,
  }
}

/** Reads a length-prefixed part into the index and returns the position after it. Any negative length is null, as for Kafka's own clients. */
function bounded(reader: VarintReader, cell: number, index: Int32Array): number {
  const length = reader.varint()
  index[cell] = reader.at
  index[cell + 1] = length < 0 ? -1 : length
  const end = reader.at + Math.max(0, length)
  if (end > reader.end) reader.failed = true
  return end
}

function passHeaders(reader: VarintReader, count: number): void {
  if (count < 0) reader.failed = true
  for (let h = 0; h < count && !reader.failed; h++) {
    const nameLength = reader.varint()
    if (nameLength < 0) reader.failed = true
    reader.at += nameLength
    const valueLength = reader.varint()
    reader.at += Math.max(0, valueLength)
  }
}

function dateTime(timestamp: number): number {
  return timestamp > FARTHEST_TIME ? FARTHEST_TIME : timestamp < -FARTHEST_TIME ? -FARTHEST_TIME : timestamp
}

function countRecords(bytes: Uint8Array, view: DataView, source: BatchSource): number {
  let total = 0
  for (let start = 0; start < bytes.length;) {
    if (start + RECORD_BATCH.headerSize > bytes.length) throw corrupt(source, source.from, 0)
    const length = view.getInt32(start + RECORD_BATCH.length)
    const end = start + RECORD_BATCH.lengthOverhead + length
    const count = view.getInt32(start + RECORD_BATCH.count)
    const room = end - start - RECORD_BATCH.headerSize
    const lastDelta = view.getInt32(start + RECORD_BATCH.lastOffsetDelta)
    const fits = end <= bytes.length && count >= 0 && count * SMALLEST_RECORD <= room && lastDelta >= count - 1
    const plain = view.getInt8(start + RECORD_BATCH.magic) === 2 && (view.getInt16(start + RECORD_BATCH.attributes) & 7) === 0
    if (!plain || !fits) throw corrupt(source, view.getBigInt64(start), 0)
    total += count
    start = end
  }
  return total
}

function corrupt(source: BatchSource, batchOffset: bigint, record: number): SluiceError {
  return new SluiceError(
    'log.corrupt',
    `the record batch at offset ${batchOffset} of ${source.topic}-${source.partition} is broken at its record ${record}`,
    { details: { topic: source.topic, partition: source.partition, offset: String(batchOffset), record } },
  )
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function nothing(): void {}
