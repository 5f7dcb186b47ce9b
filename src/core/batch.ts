/**
 * Where the parts of a record are, as seven 32-bit integers per record in `Batch.index`. Positions are into `Batch.bytes`.
 * A length of -1 means null (no key; or no value: a tombstone). Headers are in the record format's own encoding:
 * per header a varint length and the name, a varint length and the value.
 */
export const INDEX = {
  offsetDelta: 0,
  keyAt: 1,
  keyLength: 2,
  valueAt: 3,
  valueLength: 4,
  headersAt: 5,
  headerCount: 6,
  stride: 7,
} as const

/**
 * Consecutive records of one partition, still as bytes: the unit of all work on the hot path. Record `i` has the offset
 * `baseOffset + index[i * INDEX.stride]`; offsets rise but may have gaps (a compacted or transactional topic). All of it is
 * valid until `release` is called, at most once, by the one who took the batch from the log.
 */
export interface Batch {
  readonly topic: string
  readonly partition: number
  readonly baseOffset: bigint
  /** The offset to continue from: after the last record, and after records that the log skipped. */
  readonly nextOffset: bigint
  readonly count: number
  readonly bytes: Uint8Array
  readonly index: Int32Array
  /** Milliseconds since the epoch, per record; within what a `Date` can hold. */
  readonly timestamps: Float64Array
  release(): void
}

/**
 * A batch in two: its first `count` records, 0 < count < batch.count, and the rest. The bytes are shared, and releasing the
 * second releases the whole.
 */
export function splitBatch(batch: Batch, count: number): [Batch, Batch] {
  const { topic, partition, baseOffset, bytes, index, timestamps } = batch
  const head = { topic, partition, baseOffset, bytes, index, timestamps, count, nextOffset: offsetOf(batch, count), release(): void {} }
  const rest = {
    topic,
    partition,
    baseOffset,
    bytes,
    index: index.subarray(count * INDEX.stride),
    timestamps: timestamps.subarray(count),
    count: batch.count - count,
    nextOffset: batch.nextOffset,
    release: (): void => batch.release(),
  }
  return [head, rest]
}

/** The offset of record `i`. */
export function offsetOf(batch: Batch, i: number): bigint {
  return batch.baseOffset + BigInt(batch.index[i * INDEX.stride + INDEX.offsetDelta]!)
}

/** The key of record `i` as a view, or undefined where it is null. For the edges; the hot path uses the index. */
export function keyOf(batch: Batch, i: number): Uint8Array | undefined {
  return slice(batch, i * INDEX.stride + INDEX.keyAt)
}

/** The value of record `i` as a view, or undefined for a tombstone. For the edges; the hot path uses the index. */
export function valueOf(batch: Batch, i: number): Uint8Array | undefined {
  return slice(batch, i * INDEX.stride + INDEX.valueAt)
}

function slice(batch: Batch, cell: number): Uint8Array | undefined {
  const at = batch.index[cell]!
  const length = batch.index[cell + 1]!
  return length < 0 ? undefined : batch.bytes.subarray(at, at + length)
}
