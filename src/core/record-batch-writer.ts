import { copyWords } from './copy-words.ts'
import type { Piece } from './piece.ts'
import { RECORD_BATCH } from './record-batch.ts'
import { varintLength, writeVarint, writeVarlong } from './varint.ts'

/** A record for the edges: tests, APIs, publishing. The hot path writes parts. */
export interface RecordParts {
  readonly timestamp: number
  readonly key?: Uint8Array | undefined
  /** undefined writes a tombstone. */
  readonly value?: Uint8Array | undefined
  /** Encoded by `encodeHeader`. */
  readonly headers?: readonly Uint8Array[]
}

/**
 * Builds one record batch in a buffer that it keeps and grows. For each record, in this order: `startRecord`, `key`, then
 * `startValue` … `endValue` or `nullValue`, then `startHeaders`, the headers, `endRecord`. Between those calls the caller
 * writes at `at` after asking for room with `reserve`; `bytes` and `view` may be replaced by `reserve`, so read them again.
 *
 * Lengths stand before what they measure and are varints, so the writer guesses that a length takes as many bytes as
 * the last one did, and moves the part when the guess was wrong, which is rare.
 */
export class RecordBatchWriter {
  bytes: Uint8Array
  view: DataView
  at: number = RECORD_BATCH.headerSize
  count = 0
  #baseTimestamp = 0
  #maxTimestamp = 0
  #recordAt = 0
  #recordWidth = 1
  #valueAt = 0
  #valueWidth = 1
  readonly #given = new Float64Array(1)
  /** What was copied from last, which is mostly what is copied from next, and a view of it. */
  #from: Uint8Array
  #fromView: DataView

  constructor(capacity = 65536) {
    this.bytes = new Uint8Array(capacity)
    this.view = new DataView(this.bytes.buffer)
    this.#from = this.bytes
    this.#fromView = this.view
  }

  /** Forgets all records. Views that `finish` gave are then overwritten. */
  reset(): void {
    this.at = RECORD_BATCH.headerSize
    this.count = 0
    // Lets go of it.
    this.#from = this.bytes
    this.#fromView = this.view
  }

  /** Makes sure that `size` more bytes fit at `at`. */
  reserve(size: number): void {
    if (this.at + size <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.at + size, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.at))
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }

  /** Begins a record with the next offset. The timestamp is a whole number of milliseconds since the epoch. */
  startRecord(timestamp: number): void {
    this.#given[0] = timestamp
    this.startRecordAt(this.#given, 0)
  }

  /** Likewise, with the timestamp `timestamps[i]`: numbers that are passed in arrays need no memory of their own. */
  startRecordAt(timestamps: Float64Array, i: number): void {
    const timestamp = timestamps[i]!
    this.reserve(64)
    if (this.count === 0) {
      this.#baseTimestamp = timestamp
      this.#maxTimestamp = timestamp
    } else if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
    this.#recordAt = this.at
    const { bytes } = this
    let at = this.at + this.#recordWidth
    bytes[at++] = 0
    at = writeVarlong(bytes, at, timestamp - this.#baseTimestamp)
    this.at = writeVarint(bytes, at, this.count)
  }

  /** Writes the key: `from[at, at + length)`, or null where `length` is -1. */
  key(from: Uint8Array, at: number, length: number): void {
    this.reserve(16)
    this.at = writeVarint(this.bytes, this.at, length)
    if (length > 0) this.copy(from, at, length)
  }

  startValue(): void {
    this.#valueAt = this.at
    this.at += this.#valueWidth
  }

  endValue(): void {
    this.#valueWidth = this.#patchLength(this.#valueAt, this.#valueWidth)
  }

  /** Writes a null value: a tombstone. */
  nullValue(): void {
    this.reserve(16)
    this.bytes[this.at++] = 1
  }

  startHeaders(count: number): void {
    this.reserve(16)
    this.at = writeVarint(this.bytes, this.at, count)
  }

  /** Copies bytes to `at`: encoded headers, or a part of a value. Leaves room for eight bytes more. */
  copy(from: Uint8Array, at: number, length: number): void {
    this.reserve(length + 16)
    if (length > MAX_WORDS) this.bytes.set(from.subarray(at, at + length), this.at)
    else if (from === this.#from) copyWords(this.#fromView, at, this.view, this.at, length)
    else this.#copyOther(from, at, length)
    this.at += length
  }

  #copyOther(from: Uint8Array, at: number, length: number): void {
    if (length <= MAX_LOOP) for (let i = 0; i < length; i++) this.bytes[this.at + i] = from[at + i]!
    else {
      this.#from = from
      this.#fromView = new DataView(from.buffer, from.byteOffset, from.byteLength)
      copyWords(this.#fromView, at, this.view, this.at, length)
    }
  }

  /** Copies all of a piece to `at`. Leaves room for eight bytes more. */
  put(piece: Piece): void {
    const { length } = piece
    this.reserve(length + 16)
    if (length > MAX_WORDS) this.bytes.set(piece.bytes, this.at)
    else copyWords(piece.view, 0, this.view, this.at, length)
    this.at += length
  }

  endRecord(): void {
    this.#recordWidth = this.#patchLength(this.#recordAt, this.#recordWidth)
    this.count++
  }

  /** Forgets the record that was ended last, once. */
  undoRecord(): void {
    this.at = this.#recordAt
    this.count--
  }

  /** Appends a whole record: the convenient way, for the edges. */
  append(record: RecordParts): void {
    const { key, value, headers = [] } = record
    this.startRecord(Math.trunc(record.timestamp))
    this.key(key ?? EMPTY, 0, key?.length ?? -1)
    if (value === undefined) this.nullValue()
    else {
      this.startValue()
      this.copy(value, 0, value.length)
      this.endValue()
    }
    this.startHeaders(headers.length)
    for (const header of headers) this.copy(header, 0, header.length)
    this.endRecord()
  }

  /**
   * Completes the batch and returns it as a view of this writer's buffer, valid until the next `reset`.
   * Its base offset is 0 and its checksum is not computed; see `setBaseOffset` and `sealRecordBatch`.
   */
  finish(): Uint8Array {
    const { view } = this
    view.setBigInt64(RECORD_BATCH.baseOffset, 0n)
    view.setInt32(RECORD_BATCH.length, this.at - RECORD_BATCH.lengthOverhead)
    view.setInt32(RECORD_BATCH.leaderEpoch, -1)
    view.setInt8(RECORD_BATCH.magic, 2)
    view.setUint32(RECORD_BATCH.crc, 0)
    view.setInt16(RECORD_BATCH.attributes, 0)
    view.setInt32(RECORD_BATCH.lastOffsetDelta, this.count - 1)
    view.setBigInt64(RECORD_BATCH.baseTimestamp, BigInt(this.#baseTimestamp))
    view.setBigInt64(RECORD_BATCH.maxTimestamp, BigInt(this.#maxTimestamp))
    view.setBigInt64(RECORD_BATCH.producerId, -1n)
    view.setInt16(RECORD_BATCH.producerEpoch, -1)
    view.setInt32(RECORD_BATCH.baseSequence, -1)
    view.setInt32(RECORD_BATCH.count, this.count)
    return this.bytes.subarray(0, this.at)
  }

  /** Writes the length of what stands after its reserved varint, and returns the varint's width. */
  #patchLength(lengthAt: number, width: number): number {
    const length = this.at - lengthAt - width
    const needed = varintLength(length)
    if (needed !== width) {
      this.reserve(8)
      this.bytes.copyWithin(lengthAt + needed, lengthAt + width, this.at)
      this.at += needed - width
    }
    writeVarint(this.bytes, lengthAt, length)
    return needed
  }
}

/** One record batch of these records, in bytes of its own. */
export function encodeRecords(records: readonly RecordParts[]): Uint8Array {
  const writer = (edge ??= new RecordBatchWriter(4096))
  writer.reset()
  for (const record of records) writer.append(record)
  const bytes = writer.finish().slice()
  if (writer.bytes.length > MAX_KEPT) edge = undefined
  return bytes
}

/** Of `encodeRecords`, which is not interrupted. */
let edge: RecordBatchWriter | undefined
const MAX_KEPT = 256 * 1024

/** More bytes than these are copied faster by a native call. */
const MAX_WORDS = 256
/** So few bytes are not worth a view. */
const MAX_LOOP = 32
const EMPTY = new Uint8Array(0)
