import { expect, test } from 'vitest'
import { encodeHeader, HeaderCursor, headersOf, headerText } from './headers.ts'
import { batchOf, recordOf } from './testing/batch-of.ts'

const encoder = new TextEncoder()
const batch = batchOf([
  'none',
  recordOf('four', {
    headers: [
      encodeHeader('', undefined),
      encodeHeader('größe', 'fünf'),
      encodeHeader('größe', new Uint8Array(0)),
      encodeHeader('\uFEFFmark', Uint8Array.of(255, 0)),
    ],
  }),
])

test('headers come back in their order, with null and empty values told apart, and names to the last character', () => {
  expect(headersOf(batch, 0)).toEqual([])
  expect(headersOf(batch, 1)).toEqual([
    { name: '', value: undefined },
    { name: 'größe', value: encoder.encode('fünf') },
    { name: 'größe', value: new Uint8Array(0) },
    { name: '\uFEFFmark', value: Uint8Array.of(255, 0) },
  ])
})

test('the text of a header is that of the first one with the name', () => {
  expect(headerText(batch, 1, 'größe')).toBe('fünf')
  expect(headerText(batch, 1, '')).toBeUndefined()
  expect(headerText(batch, 0, 'größe')).toBeUndefined()
})

test('a cursor gives each header as the range of bytes that it was encoded to', () => {
  const cursor = new HeaderCursor()
  expect(cursor.start(batch, 0)).toBe(0)
  expect(cursor.next()).toBe(false)
  expect(cursor.start(batch, 1)).toBe(4)
  const ranges: Uint8Array[] = []
  const names: boolean[] = []
  while (cursor.next()) {
    ranges.push(batch.bytes.slice(cursor.startAt, cursor.at))
    names.push(cursor.isNamed(encoder.encode('größe')))
  }
  expect(ranges[1]).toEqual(encodeHeader('größe', 'fünf'))
  expect(ranges[3]).toEqual(encodeHeader('\uFEFFmark', Uint8Array.of(255, 0)))
  expect(names).toEqual([false, true, true, false])
})
