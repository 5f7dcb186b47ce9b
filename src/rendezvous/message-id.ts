import { type Batch, offsetOf } from '../core/batch.ts'

/** Longer ids are no ids: the record is known by its place. */
const MAX_ID_BYTES = 1024
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The place of an input, as answers and dead letters of a stream have it in `ce_id`: `<partition>:<offset>`. */
export function placeId(batch: Batch, i: number): string {
  return `${batch.partition}:${offsetOf(batch, i)}`
}

/** The offset that an id of a place has; undefined where it is the id of no place in this partition. */
export function offsetOfPlace(id: string, partition: number): number | undefined {
  const prefix = `${partition}:`
  if (!id.startsWith(prefix)) return undefined
  const digits = id.slice(prefix.length)
  return /^\d{1,16}$/.test(digits) ? Number(digits) : undefined
}

/** The id that a header says, made so that it is no other record's place; undefined where it can't be one. */
export function headerId(bytes: Uint8Array, at: number, length: number): string | undefined {
  if (length <= 0 || length > MAX_ID_BYTES) return undefined
  const text = decoder.decode(bytes.subarray(at, at + length))
  return text.startsWith('=') || /^\d+:\d+$/.test(text) ? `=${text}` : text
}

/** The text of a header value. */
export function headerValue(bytes: Uint8Array, at: number, length: number): string {
  return decoder.decode(bytes.subarray(at, at + length))
}
