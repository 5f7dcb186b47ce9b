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

/** Headers that say what was wrong with a record, and that only a dead letter has. */
export const DEAD_LETTER_HEADERS = [
  'sluice_error',
  'sluice_reason',
  'sluice_topic',
  'sluice_partition',
  'sluice_offset',
  'sluice_value_bytes',
] as const

/** Headers of the record that its dead letter does not pass on: they would say of this rejection what was true of an earlier answer. */
const REPLACED: ReadonlySet<string> = new Set([
  ...DEAD_LETTER_HEADERS,
  'ce_specversion',
  'ce_type',
  'ce_source',
  'ce_id',
  'sluice_data_type',
  'sluice_model',
  'sluice_score',
])

/**
 * Writes the dead letter of record `i`: its key, value and headers as they came, and headers that say what was wrong with it
 * (`sluice_error`, `sluice_reason`), whose it was (`sluice_data_type`, `sluice_model`) and where it stands
 * (`sluice_topic`, `sluice_partition`, `sluice_offset`). A value that is cut has its whole length in `sluice_value_bytes`.
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
  const given = headersOf(batch, i).filter((header) => !REPLACED.has(header.name))
  out.append({
    timestamp: batch.timestamps[i]!,
    key: keyOf(batch, i),
    value: cut ? value.subarray(0, BEGINNING) : value,
    headers: [...given.map((header) => encodeHeader(header.name, header.value)), ...about.map(([name, text]) => encodeHeader(name, text))],
  })
}
