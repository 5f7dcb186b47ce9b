import { type Batch, keyOf, offsetOf, valueOf } from './batch.ts'
import type { SluiceError } from './errors.ts'
import { encodeHeader, headersOf } from './headers.ts'
import type { RecordBatchWriter } from './record-batch-writer.ts'

export interface DeadLetterOptions {
  readonly error: SluiceError
  /** Empty where the record was rejected before it was known. */
  readonly dataType: string
  /** `name@version`, or empty. */
  readonly model: string
  readonly stream: string
  /** Longer values are cut to their beginning, and headers say where the whole stands. */
  readonly maxBytes: number
}

const BEGINNING = 1024

/**
 * Writes the dead letter of record `i`: its key, value and headers as they came, and headers that say what was wrong with it
 * (`sluice_error`, `sluice_reason`), whose it was (`sluice_data_type`, `sluice_model`) and where it stands
 * (`sluice_topic`, `sluice_partition`, `sluice_offset`).
 */
export function writeDeadLetter(batch: Batch, i: number, out: RecordBatchWriter, options: DeadLetterOptions): void {
  const { error } = options
  const value = valueOf(batch, i)
  const cut = value !== undefined && value.length > options.maxBytes
  const about: [string, string][] = [
    ['ce_specversion', '1.0'],
    ['ce_type', 'sluice.rejected'],
    ['ce_source', `/sluice/${encodeURIComponent(options.stream)}`],
    ['ce_id', `${batch.partition}:${offsetOf(batch, i)}`],
    ['sluice_error', error.code],
    ['sluice_reason', error.message],
    ['sluice_topic', batch.topic],
    ['sluice_partition', String(batch.partition)],
    ['sluice_offset', String(offsetOf(batch, i))],
    ...(options.dataType === '' ? [] : ([['sluice_data_type', options.dataType]] as [string, string][])),
    ...(options.model === '' ? [] : ([['sluice_model', options.model]] as [string, string][])),
    ...(cut ? ([['sluice_value_bytes', String(value.length)]] as [string, string][]) : []),
  ]
  const names = new Set(about.map(([name]) => name))
  const given = headersOf(batch, i).filter((header) => !names.has(header.name))
  out.append({
    timestamp: batch.timestamps[i]!,
    key: keyOf(batch, i),
    value: cut ? value.subarray(0, BEGINNING) : value,
    headers: [...given.map((header) => encodeHeader(header.name, header.value)), ...about.map(([name, text]) => encodeHeader(name, text))],
  })
}
