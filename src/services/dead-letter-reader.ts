import type { DeadLetter } from '../api/contract/index.ts'
import { type Batch, keyOf, valueOf } from '../core/batch.ts'
import { headersOf } from '../core/headers.ts'
import { textOf } from './answer-reader.ts'

const decoder = new TextDecoder()
const strict = new TextDecoder('utf-8', { fatal: true })

/** A record of the dead-letter topic as the API shows it, or undefined where it is of another stream. */
export function readDeadLetter(stream: string, batch: Batch, i: number): DeadLetter | undefined {
  const headers = new Map(headersOf(batch, i).map(({ name, value }) => [name, value === undefined ? '' : decoder.decode(value)]))
  if (headers.get('ce_source') !== `/sluice/${encodeURIComponent(stream)}`) return undefined
  const value = valueOf(batch, i)
  const text = value === undefined ? null : utf8(value)
  return {
    topic: headers.get('sluice_topic') ?? '',
    partition: Number(headers.get('sluice_partition') ?? batch.partition),
    offset: headers.get('sluice_offset') ?? '',
    key: textOf(keyOf(batch, i)),
    dataType: headers.get('sluice_data_type') ?? null,
    model: headers.get('sluice_model') ?? null,
    code: headers.get('sluice_error') ?? '',
    message: headers.get('sluice_reason') ?? '',
    at: batch.timestamps[i]!,
    text,
    base64: value === undefined || text !== null ? null : Buffer.from(value).toString('base64'),
    valueBytes: Number(headers.get('sluice_value_bytes') ?? value?.length ?? 0),
  }
}

function utf8(value: Uint8Array): string | null {
  try {
    return strict.decode(value)
  } catch {
    return null
  }
}
