import { expect, test } from 'vitest'
import { createJsonCodec } from './json-codec.ts'

const codec = createJsonCodec()

test('a value is decoded to what it says, and encoded to a value that says it', () => {
  const record = { x: 1.5, größe: [null, true, '\uFEFF'], nested: { a: '}' } }
  expect(codec.decode(Buffer.from(JSON.stringify(record)))).toEqual(record)
  expect(codec.decode(codec.encode(record))).toEqual(record)
})

test.each(['', '{', '{"x":NaN}', '\uFEFF{}'])('%j is not JSON', (text) => {
  expect(() => codec.decode(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'record.json.malformed' }))
})

test('bytes that are not UTF-8 are not JSON', () => {
  expect(() => codec.decode(Uint8Array.of(34, 0xff, 34))).toThrow(expect.objectContaining({ code: 'record.json.malformed' }))
})

test('a record that JSON has no writing for is refused', () => {
  expect(() => codec.encode({ x: 1n })).toThrow(expect.objectContaining({ code: 'record.feature.invalid', scope: 'record' }))
})
