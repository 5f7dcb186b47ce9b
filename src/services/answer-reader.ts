import type { ScoredRecord } from '../api/contract/index.ts'
import { type Batch, keyOf, offsetOf, valueOf } from '../core/batch.ts'
import { headerText } from '../core/headers.ts'
import type { OutputField } from '../core/scores.ts'
import { jsonValue } from './json-value.ts'
import type { StreamContext } from './stream-context.ts'

const decoder = new TextDecoder()

/** A record of an output topic as the API shows it. Whatever stands there, it says what can be said. */
export function readAnswer(stream: StreamContext, batch: Batch, i: number): ScoredRecord {
  const [partition, offset] = (headerText(batch, i, 'ce_id') ?? `${batch.partition}:${offsetOf(batch, i)}`).split(':')
  const value = valueOf(batch, i)
  const { record, answer } = takeApart(stream, value === undefined ? undefined : tryDecode(stream, value))
  const text = headerText(batch, i, 'sluice_score') ?? null
  return {
    topic: stream.input,
    partition: Number(partition),
    offset: offset ?? '',
    key: textOf(keyOf(batch, i)),
    dataType: dataTypeOf(stream, { batch, i, record }),
    model: headerText(batch, i, 'sluice_model') ?? '',
    score: answer?.score ?? answer?.label ?? numberOrText(text),
    outputs: { ...answer?.outputs, ...answer?.labels },
    at: batch.timestamps[i]!,
    latencyMs: null,
    record,
  }
}

/** As JSON has it, or Avro, which keeps numbers and labels apart. */
interface FieldAnswer {
  readonly score?: number | string | null
  readonly label?: string | null
  readonly outputs?: Record<string, number | string | null>
  readonly labels?: Record<string, string>
}

/** The record as it came, and the answer that was added to it, where that is a field of its own. */
function takeApart(
  { answer: place }: StreamContext,
  decoded: unknown,
): { readonly record: unknown; readonly answer: FieldAnswer | undefined } {
  if (!('field' in place) || typeof decoded !== 'object' || decoded === null) return { record: decoded, answer: undefined }
  const { [place.field]: answer, ...record } = decoded as Record<string, unknown>
  return { record, answer: typeof answer === 'object' && answer !== null ? answer : undefined }
}

function numberOrText(text: string | null): number | string | null {
  return text === null || text === '' || Number.isNaN(Number(text)) ? text : Number(text)
}

interface Found {
  readonly batch: Batch
  readonly i: number
  readonly record: unknown
}

function dataTypeOf({ dataType, input }: StreamContext, { batch, i, record }: Found): string {
  if (dataType === 'key') return textOf(keyOf(batch, i)) ?? ''
  if (dataType === 'topic') return input
  if ('constant' in dataType) return dataType.constant
  if ('header' in dataType) return headerText(batch, i, dataType.header) ?? ''
  let value = record
  for (const step of dataType.field.split(/(?<!\\)\./)) {
    const name = step.replaceAll('\\.', '.')
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
  }
  return typeof value === 'string' ? value : ''
}

function tryDecode(stream: StreamContext, value: Uint8Array): unknown {
  try {
    return jsonValue(stream.codec.decode(value))
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
