import type { Batch } from '../../core/batch.ts'
import { crc32c } from '../../core/crc32c.ts'
import { SluiceError } from '../../core/errors.ts'
import type { TopicPartition } from '../../core/log.ts'
import { readRecordBatches, RECORD_BATCH } from '../../core/record-batch.ts'
import { TooLargeError } from './compression/faults.ts'
import { decompressRecordBatch, isCompressed } from './compression/record-batch.ts'
import type { AbortedTransaction, Fetched } from './fetch-request.ts'

const TRANSACTIONAL = 16
const CONTROL = 32
const ABORT_MARKER = 0
/** Offset deltas in a batch are 32 bits wide. */
const MAX_SPAN = 1n << 30n

export interface Decoded {
  /** undefined where none of the records count. */
  readonly batch: Batch | undefined
  /** The offset to fetch from next. */
  readonly next: bigint
}

export interface DecodeRange extends TopicPartition {
  readonly from: bigint
  /** Record batches from this offset on are left out. */
  readonly below?: bigint | undefined
  /** A compressed record batch must not grow larger. */
  readonly maxDecompressedBytes: number
}

/**
 * The committed records of what a broker sent, as one batch: checksums verified, compressed record batches decompressed,
 * control records and aborted transactions left out. Throws `log.corrupt` and `log.batch.too-large`.
 */
export function decodeFetched(fetched: Fetched, range: DecodeRange): Decoded {
  const bytes = asBuffer(fetched.records)
  const aborted = new AbortedRanges(fetched.aborted)
  const kept: Buffer[] = []
  let base: bigint | undefined
  let next = range.from
  for (let at = 0; at + RECORD_BATCH.headerSize <= bytes.length;) {
    const recordBatch = cut(bytes, at, range)
    if (recordBatch === undefined) {
      // The first one is always whole, however large it is.
      if (at === 0) throw corrupt(range, range.from, 'it is cut off')
      break
    }
    at += recordBatch.length
    const baseOffset = recordBatch.readBigInt64BE(RECORD_BATCH.baseOffset)
    if (range.below !== undefined && baseOffset >= range.below) break
    if (base !== undefined && baseOffset - base > MAX_SPAN) break
    const after = baseOffset + BigInt(recordBatch.readInt32BE(RECORD_BATCH.lastOffsetDelta)) + 1n
    if (after <= range.from) continue
    next = after
    if (!aborted.excludes(recordBatch) && recordBatch.readInt32BE(RECORD_BATCH.count) > 0) {
      base ??= baseOffset > range.from ? baseOffset : range.from
      kept.push(plain(recordBatch, range))
    }
  }
  if (base === undefined) return { batch: undefined, next }
  const batch = readRecordBatches(joined(bytes, kept), { topic: range.topic, partition: range.partition, from: base })
  return { batch: batch.count === 0 ? undefined : { ...batch, nextOffset: next }, next }
}

/** Follows transactions through record batches in the order of the log. */
class AbortedRanges {
  readonly #pending: AbortedTransaction[]
  readonly #aborted = new Set<bigint>()

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#pending = [...aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1))
  }

  /** Whether the records of the record batch do not count: they are control records, or of a transaction that was aborted. */
  excludes(recordBatch: Buffer): boolean {
    const attributes = recordBatch.readInt16BE(RECORD_BATCH.attributes)
    const producerId = recordBatch.readBigInt64BE(RECORD_BATCH.producerId)
    if (!(attributes & TRANSACTIONAL)) return (attributes & CONTROL) !== 0
    const lastOffset = recordBatch.readBigInt64BE(RECORD_BATCH.baseOffset) + BigInt(recordBatch.readInt32BE(RECORD_BATCH.lastOffsetDelta))
    // Also for a marker: compaction may have left it alone, and what comes after it is of another transaction.
    while (this.#pending.length > 0 && this.#pending[0]!.firstOffset <= lastOffset) this.#aborted.add(this.#pending.shift()!.producerId)
    if (attributes & CONTROL) {
      if (controlType(recordBatch) === ABORT_MARKER) this.#aborted.delete(producerId)
      return true
    }
    return this.#aborted.has(producerId)
  }
}

/** The type in the key of a control record: version i16, type i16. Its record is small, so each length is one byte. */
function controlType(recordBatch: Buffer): number {
  const keyAt = RECORD_BATCH.headerSize + 5 // length, attributes, timestamp delta, offset delta, key length
  return keyAt + 4 <= recordBatch.length ? recordBatch.readInt16BE(keyAt + 2) : -1
}

/** The complete record batch at the position, or undefined where it is cut off. */
function cut(bytes: Buffer, at: number, range: DecodeRange): Buffer | undefined {
  const length = bytes.readInt32BE(at + RECORD_BATCH.length)
  const offset = bytes.readBigInt64BE(at + RECORD_BATCH.baseOffset)
  const magic = bytes.readInt8(at + RECORD_BATCH.magic)
  if (magic !== 2) throw corrupt(range, offset, `its record format is version ${magic}, not 2`)
  if (length < RECORD_BATCH.headerSize - RECORD_BATCH.lengthOverhead) throw corrupt(range, offset, `its length is ${length}`)
  const end = at + RECORD_BATCH.lengthOverhead + length
  if (end > bytes.length) return undefined
  const recordBatch = bytes.subarray(at, end)
  if (crc32c(recordBatch, RECORD_BATCH.attributes) !== recordBatch.readUInt32BE(RECORD_BATCH.crc)) {
    throw corrupt(range, offset, 'its checksum is wrong')
  }
  return recordBatch
}

function plain(recordBatch: Buffer, range: DecodeRange): Buffer {
  if (!isCompressed(recordBatch.readInt16BE(RECORD_BATCH.attributes))) return recordBatch
  try {
    return decompressRecordBatch(recordBatch, range.maxDecompressedBytes)
  } catch (error) {
    if (error instanceof TooLargeError) throw tooLarge(range, recordBatch, error)
    throw corrupt(range, recordBatch.readBigInt64BE(RECORD_BATCH.baseOffset), 'its records could not be decompressed', error)
  }
}

/** The record batches one after the other; without a copy where they stand so in what was fetched. */
function joined(bytes: Buffer, kept: readonly Buffer[]): Buffer {
  const start = kept[0]!.byteOffset
  let end = start
  for (const recordBatch of kept) {
    if (recordBatch.buffer !== bytes.buffer || recordBatch.byteOffset !== end) return Buffer.concat(kept)
    end += recordBatch.length
  }
  const from = start - bytes.byteOffset
  // What was decompressed may by chance lie in the same memory, of which Node gives pieces to small buffers.
  if (from < 0 || end - bytes.byteOffset > bytes.length) return Buffer.concat(kept)
  return bytes.subarray(from, end - bytes.byteOffset)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function tooLarge({ topic, partition }: TopicPartition, recordBatch: Buffer, cause: TooLargeError): SluiceError {
  const offset = recordBatch.readBigInt64BE(RECORD_BATCH.baseOffset)
  const { length } = recordBatch
  const what = `the record batch at offset ${offset} of ${topic}-${partition} has ${length} bytes and`
  return new SluiceError('log.batch.too-large', `${what} grows beyond the limit of ${cause.limit} when it is decompressed`, {
    cause,
    details: { topic, partition, offset: String(offset), bytes: length, limit: cause.limit },
  })
}

function corrupt({ topic, partition }: TopicPartition, offset: bigint, why: string, cause?: unknown): SluiceError {
  return new SluiceError('log.corrupt', `the record batch at offset ${offset} of ${topic}-${partition} is broken: ${why}`, {
    cause,
    details: { topic, partition, offset: String(offset) },
  })
}
