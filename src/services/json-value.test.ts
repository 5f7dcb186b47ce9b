import { expect, test } from 'vitest'
import { jsonValue } from './json-value.ts'

test('what JSON can hold stays, and what it can not becomes text or null', () => {
  const given = { a: [1, 'x', null, true, { b: 2n ** 60n }], bytes: Uint8Array.of(1, 2, 3), none: undefined }
  expect(jsonValue(given)).toEqual({ a: [1, 'x', null, true, { b: '1152921504606846976' }], bytes: 'AQID', none: null })
})

test('what is nested deeper than any writer of JSON may go is cut', () => {
  let deep: unknown = 1
  for (let i = 0; i < 100_000; i++) deep = [deep]
  expect(JSON.stringify(jsonValue(deep))).toHaveLength(2 * 100 + 'null'.length)
})

test('a field by the name of __proto__ is a field', () => {
  expect(JSON.stringify(jsonValue(JSON.parse('{"__proto__":{"x":1}}')))).toBe('{"__proto__":{"x":1}}')
})
