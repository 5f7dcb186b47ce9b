import { type Batch, INDEX, keyOf } from '../../core/batch.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Append } from '../../core/log.ts'
import { readRecordBatches, RECORD_BATCH, setBaseOffset } from '../../core/record-batch.ts'
import { RecordBatchWriter } from '../../core/record-batch-writer.ts'
import { VarintReader } from '../../core/varint.ts'
import type { Catalog } from './catalog.ts'
import type { Partition } from './partition.ts'
import type { StoredBatch } from './store.ts'

/**
 * The appends of one commit on their way to the store: checked, copied and given their offsets, so that nothing of a commit is
 * written when one append of it is refused. A batch for a compacted topic is split into one batch a record, so that a
 * record can be removed when a later one with its key arrives.
 */
export class Staging {
  readonly batches: StoredBatch[] = []
  readonly nexts = new Map<Partition, bigint>()
  readonly #catalog: Catalog

  constructor(catalog: Catalog) {
    this.#catalog = catalog
  }

  /** Returns the offset that the first record gets. Throws `log.topic.unknown` and `log.append.refused`. */
  add(append: Append): bigint {
    const partition = this.#catalog.partition(append)
    const base = this.nexts.get(partition) ?? partition.next
    const batch = parse(append)
    const last = base + BigInt(batch.count - 1)
    if (partition.cleanup === 'compact') this.#split(partition, batch, base)
    else {
      const bytes = new Uint8Array(append.recordBatch)
      setBaseOffset(bytes, base)
      this.batches.push({ partition, base, last, bytes, key: undefined })
    }
    this.nexts.set(partition, last + 1n)
    return base
  }

  #split(partition: Partition, batch: Batch, base: bigint): void {
    const writer = new RecordBatchWriter(1024)
    for (let i = 0; i < batch.count; i++) {
      const key = keyOf(batch, i)
      if (key === undefined) throw refused(partition, `record ${i} has no key, and the topic keeps the last record of each key`)
      writer.reset()
      copyRecord(batch, i, writer, partition)
      const bytes = writer.finish().slice()
      const offset = base + BigInt(i)
      setBaseOffset(bytes, offset)
      this.batches.push({ partition, base: offset, last: offset, bytes, key })
    }
  }
}

/** The records of an append. One that the log could not read again later is refused now. */
function parse(append: Append): Batch {
  const { recordBatch: bytes } = append
  let batch: Batch
  try {
    batch = readRecordBatches(bytes, { topic: append.topic, partition: append.partition, from: startOf(bytes) })
  } catch (error) {
    throw refused(append, 'its bytes are not a complete, uncompressed record batch of format v2', error)
  }
  const { count, index } = batch
  if (count === 0) throw refused(append, 'it has no records')
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const whole = view.getInt32(RECORD_BATCH.length) + RECORD_BATCH.lengthOverhead === bytes.length
  if (!whole) throw refused(append, 'it is more than one record batch')
  let counted = view.getInt32(RECORD_BATCH.lastOffsetDelta) === count - 1 && view.getInt32(RECORD_BATCH.count) === count
  for (let i = 0; i < count; i++) if (index[i * INDEX.stride + INDEX.offsetDelta] !== i) counted = false
  if (!counted) throw refused(append, 'its records are not numbered 0, 1, 2 …')
  return batch
}

function startOf(bytes: Uint8Array): bigint {
  return bytes.length < RECORD_BATCH.headerSize ? 0n : new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(RECORD_BATCH.baseOffset)
}

function copyRecord(batch: Batch, record: number, writer: RecordBatchWriter, partition: Partition): void {
  const { bytes, index } = batch
  const cell = record * INDEX.stride
  const valueLength = index[cell + INDEX.valueLength]!
  const headersAt = index[cell + INDEX.headersAt]!
  const headerCount = index[cell + INDEX.headerCount]!
  writer.startRecord(batch.timestamps[record]!)
  writer.key(bytes, index[cell + INDEX.keyAt]!, index[cell + INDEX.keyLength]!)
  if (valueLength < 0) writer.nullValue()
  else {
    writer.startValue()
    writer.copy(bytes, index[cell + INDEX.valueAt]!, valueLength)
    writer.endValue()
  }
  const headersEnd = endOfHeaders(bytes, headersAt, headerCount)
  if (headersEnd < 0) throw refused(partition, `the headers of record ${record} break the format`)
  writer.startHeaders(headerCount)
  writer.copy(bytes, headersAt, headersEnd - headersAt)
  writer.endRecord()
}

/** The position after the headers, or -1 where they can't be read. */
function endOfHeaders(bytes: Uint8Array, at: number, count: number): number {
  const reader = new VarintReader(bytes)
  reader.at = at
  for (let part = 0; part < count * 2 && !reader.failed; part++) {
    const length = reader.varint()
    reader.at += Math.max(0, length)
    const isName = part % 2 === 0
    if (reader.at > bytes.length || length < (isName ? 0 : -1)) reader.failed = true
  }
  return reader.failed || count < 0 ? -1 : reader.at
}

function refused(where: { readonly topic: string; readonly partition: number }, why: string, cause?: unknown): SluiceError {
  const { topic, partition } = where
  return new SluiceError('log.append.refused', `an append to ${topic}-${partition} is refused: ${why}`, {
    cause,
    details: { topic, partition },
  })
}
