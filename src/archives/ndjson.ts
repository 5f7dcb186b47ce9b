import { isUtf8 } from 'node:buffer'
import { type Batch, keyOf, offsetOf, valueOf } from '../core/batch.ts'
import { HeaderCursor } from '../core/headers.ts'
import type { FileFormat } from './encoding.ts'

/**
 * One line of JSON a record: `{"topic":…,"partition":…,"offset":…,"timestamp":…,"key":…,"value":…,"headers":[[name,value],…]}`. Bytes that
 * are UTF-8 are texts, others `{"base64":…}`, and null is null: what was seen can be made of it again, byte by byte.
 */
export const ndjson: FileFormat = {
  extension: 'ndjson',
  createEncoder: () => ({
    add: (batch, taken) => Buffer.from(taken.map((i) => lineOf(batch, i)).join('')),
    end: () => new Uint8Array(0),
  }),
}

function lineOf(batch: Batch, i: number): string {
  const place = `{"topic":${JSON.stringify(batch.topic)},"partition":${batch.partition},"offset":${offsetOf(batch, i)}`
  const parts = `"key":${partOf(keyOf(batch, i))},"value":${partOf(valueOf(batch, i))},"headers":[${headersOf(batch, i)}]`
  return `${place},"timestamp":${batch.timestamps[i]!},${parts}}\n`
}

function headersOf(batch: Batch, i: number): string {
  const cursor = new HeaderCursor()
  if (cursor.start(batch, i) === 0) return ''
  const pairs: string[] = []
  while (cursor.next()) {
    const { nameAt, nameLength, valueAt, valueLength } = cursor
    const value = valueLength < 0 ? undefined : batch.bytes.subarray(valueAt, valueAt + valueLength)
    pairs.push(`[${partOf(batch.bytes.subarray(nameAt, nameAt + nameLength))},${partOf(value)}]`)
  }
  return pairs.join(',')
}

function partOf(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return 'null'
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return isUtf8(buffer) ? JSON.stringify(buffer.toString('utf8')) : `{"base64":"${buffer.toString('base64')}"}`
}
