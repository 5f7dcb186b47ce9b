import { type Batch, keyOf, offsetOf, valueOf } from '../../../src/core/batch.ts'
import { encodeHeader, headersOf } from '../../../src/core/headers.ts'
import type { Log, ReadOptions } from '../../../src/core/log.ts'
import { encodeRecords } from '../../../src/core/record-batch-writer.ts'

/** A record as a test writes and expects it. Bytes stand as latin1 text, null for none, so that failures can be read. */
export interface PlainRecord {
  readonly key: string | null
  readonly value: string | null
  readonly timestamp: number
  readonly headers: readonly (readonly [string, string | null])[]
}

export interface ReadRecord extends PlainRecord {
  readonly offset: number
}

export const EPOCH = 1_700_000_000_000

export function record(value: string | null, rest: Partial<PlainRecord> = {}): PlainRecord {
  return { key: null, value, timestamp: EPOCH, headers: [], ...rest }
}

/** Records as they should be read when the first one is at the offset `first`. */
export function placed(records: readonly PlainRecord[], first = 0): ReadRecord[] {
  return records.map((each, i) => placedAt(each, first + i))
}

function placedAt(each: PlainRecord, offset: number): ReadRecord {
  return { offset, ...each }
}

export function toRecordBatch(records: readonly PlainRecord[]): Uint8Array {
  return encodeRecords(
    records.map(({ key, value, timestamp, headers }) => ({
      timestamp,
      key: toBytes(key),
      value: toBytes(value),
      headers: headers.map(([name, text]) => encodeHeader(name, toBytes(text))),
    })),
  )
}

export function toPlain(batch: Batch): ReadRecord[] {
  return Array.from({ length: batch.count }, (_, i) => ({
    offset: Number(offsetOf(batch, i)),
    key: toText(keyOf(batch, i)),
    value: toText(valueOf(batch, i)),
    timestamp: batch.timestamps[i]!,
    headers: headersOf(batch, i).map(({ name, value }) => [name, toText(value)] as const),
  }))
}

/** Appends one record batch and returns the offset of its first record. */
export async function append(log: Log, topic: string, records: readonly PlainRecord[], partition = 0): Promise<bigint> {
  return log.append({ topic, partition, recordBatch: toRecordBatch(records) })
}

/** Reads what is there now. */
export async function readAll(log: Log, topic: string, options: Partial<ReadOptions> = {}): Promise<ReadRecord[]> {
  const records: ReadRecord[] = []
  for await (const batch of log.read({ topic, partition: 0, from: 0n, follow: false, ...options })) {
    records.push(...toPlain(batch))
    batch.release()
  }
  return records
}

export async function valuesOf(log: Log, topic: string, options: Partial<ReadOptions> = {}): Promise<(string | null)[]> {
  return (await readAll(log, topic, options)).map(({ value }) => value)
}

function toBytes(text: string | null): Uint8Array | undefined {
  return text === null ? undefined : Uint8Array.from(Buffer.from(text, 'latin1'))
}

function toText(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : Buffer.from(bytes).toString('latin1')
}
