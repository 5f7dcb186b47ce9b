import type { ScoredRecord } from '../api/contract/index.ts'
import { type Batch, keyOf, offsetOf, valueOf } from '../core/batch.ts'
import { headerText } from '../core/headers.ts'
import type { OutputField } from '../core/scores.ts'
import type { StreamContext } from './stream-context.ts'

/** The path of the field that holds the data type, where one does. */
export type DataTypePath = string | undefined

const decoder = new TextDecoder()

/** A record of an output topic as the API shows it. */
export function readAnswer(stream: StreamContext, batch: Batch, i: number): ScoredRecord {
  const [partition, offset] = (headerText(batch, i, 'ce_id') ?? `${batch.partition}:${offsetOf(batch, i)}`).split(':')
  const value = valueOf(batch, i)
  const record = value === undefined ? undefined : tryDecode(stream, value)
  const text = headerText(batch, i, 'sluice_score') ?? null
  const answer = answerOf(stream, record)
  const score = answer?.score ?? (text !== null && text !== '' && !Number.isNaN(Number(text)) ? Number(text) : text)
  return {
    topic: stream.input,
    partition: Number(partition),
    offset: offset ?? '',
    key: textOf(keyOf(batch, i)),
    dataType: dataTypeOf(stream, record),
    model: headerText(batch, i, 'sluice_model') ?? '',
    score,
    outputs: answer?.outputs ?? {},
    at: batch.timestamps[i]!,
    latencyMs: null,
    record,
  }
}

interface JsonAnswer {
  readonly score: number | string | null
  readonly outputs: Record<string, number | string | null>
}

function answerOf(stream: StreamContext, record: unknown): JsonAnswer | undefined {
  if (!('field' in stream.answer) || typeof record !== 'object' || record === null) return undefined
  const answer = (record as Record<string, unknown>)[stream.answer.field] as Partial<JsonAnswer> | undefined
  return answer === undefined ? undefined : { score: answer.score ?? null, outputs: answer.outputs ?? {} }
}

function dataTypeOf(stream: StreamContext, record: unknown): string {
  const path = stream.dataTypePath
  if (path === undefined || typeof record !== 'object' || record === null) return ''
  const value = (record as Record<string, unknown>)[path]
  return typeof value === 'string' ? value : ''
}

function tryDecode(stream: StreamContext, value: Uint8Array): unknown {
  try {
    return stream.codec.decode(value)
  } catch {
    return null
  }
}

/** A key as text, or as hexadecimal where it is not UTF-8. */
export function textOf(bytes: Uint8Array | undefined): string | null {
  if (bytes === undefined) return null
  const text = decoder.decode(bytes)
  return text.includes('\uFFFD') ? Buffer.from(bytes).toString('hex') : text
}

/** An output's value for a person. */
export function outputValue(output: OutputField, value: number): number | string | null {
  if (output.type === 'number') return Number.isFinite(value) ? value : null
  return value >= 0 ? output.dictionary!.text(value) : null
}
