import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeHeader } from '../core/headers.ts'
import { batchOf } from '../core/testing/batch-of.ts'
import { ndjson } from './ndjson.ts'

const encoder = new TextEncoder()

function linesOf(...records: Parameters<typeof batchOf>[0]): string[] {
  const batch = batchOf(records, { from: 7n, partition: 2 })
  const taken = records.map((_, i) => i)
  return String(Buffer.from(ndjson.createEncoder().add(batch, taken)))
    .trimEnd()
    .split('\n')
}

test('a record is one line: texts as texts, other bytes in base64, nothing as null', () => {
  const headers = [encodeHeader('trace', 'a'), encodeHeader('raw', Uint8Array.of(0xff)), encodeHeader('none', undefined)]
  expect(
    linesOf(
      { timestamp: 1700000000000, key: encoder.encode('k"1'), value: encoder.encode('{"a":1}\n'), headers },
      { timestamp: 0, value: Uint8Array.of(0xc3, 0x28) },
      { timestamp: 5 },
    ),
  ).toEqual([
    String.raw`{"topic":"mdata","partition":2,"offset":7,"timestamp":1700000000000,"key":"k\"1","value":"{\"a\":1}\n","headers":[["trace","a"],["raw",{"base64":"/w=="}],["none",null]]}`,
    '{"topic":"mdata","partition":2,"offset":8,"timestamp":0,"key":null,"value":{"base64":"wyg="},"headers":[]}',
    '{"topic":"mdata","partition":2,"offset":9,"timestamp":5,"key":null,"value":null,"headers":[]}',
  ])
})

test('a text that begins with a byte order mark keeps it', () => {
  const { value } = JSON.parse(linesOf(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))[0]!) as { value: string }
  expect([...Buffer.from(value)]).toEqual([0xef, 0xbb, 0xbf, 0x61])
})

test('any bytes come back as they were', () => {
  const bytesOf = (part: string | { base64: string }): number[] => [
    ...(typeof part === 'string' ? Buffer.from(part) : Buffer.from(part.base64, 'base64')),
  ]
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.string({ unit: 'binary' }).map((text) => new Uint8Array(Buffer.from(text))),
  )
  fc.assert(
    fc.property(bytes, bytes, (key, value) => {
      const line = JSON.parse(linesOf({ timestamp: 0, key, value })[0]!) as Record<string, string | { base64: string }>
      expect(bytesOf(line['key']!)).toEqual([...key])
      expect(bytesOf(line['value']!)).toEqual([...value])
    }),
  )
})
