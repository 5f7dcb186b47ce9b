import type { Batch } from '../batch.ts'
import { type BatchSource, readRecordBatches, setBaseOffset } from '../record-batch.ts'
import { encodeRecords, type RecordParts } from '../record-batch-writer.ts'

const encoder = new TextEncoder()

/** For tests: a record with this value, and parts of it that differ from a plain one. */
export function recordOf(value: Uint8Array | string | undefined, parts: Partial<RecordParts> = {}): RecordParts {
  return { timestamp: 0, value: typeof value === 'string' ? encoder.encode(value) : value, ...parts }
}

/** For tests: these records as a log hands them over. Plain values become records without a key. */
export function batchOf(
  records: readonly (RecordParts | Uint8Array | string)[],
  { from = 0n, ...source }: Partial<BatchSource> = {},
): Batch {
  const bytes = encodeRecords(records.map((record) => (isParts(record) ? record : recordOf(record))))
  setBaseOffset(bytes, from)
  return readRecordBatches(bytes, { topic: 'mdata', partition: 0, from, ...source })
}

function isParts(record: RecordParts | Uint8Array | string): record is RecordParts {
  return typeof record === 'object' && 'timestamp' in record
}
