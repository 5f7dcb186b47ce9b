import { expect, test } from 'vitest'
import { messageText, pathSteps, valueAt } from './path.ts'

test('a path has its steps between dots that are not escaped', () => {
  expect(pathSteps('alcohol')).toEqual(['alcohol'])
  expect(pathSteps('customer.age')).toEqual(['customer', 'age'])
  expect(pathSteps('a\\.b.c')).toEqual(['a.b', 'c'])
})

test('a value is found by own names only', () => {
  expect(valueAt({ a: { b: 1 } }, ['a', 'b'])).toBe(1)
  expect(valueAt({ a: 'text' }, ['a', 'length'])).toBeUndefined()
  expect(valueAt({ a: null }, ['a', 'b'])).toBeUndefined()
  expect(valueAt({}, ['constructor'])).toBeUndefined()
})

test('a value is shown as text, shortened where it is long', () => {
  expect(messageText(undefined)).toBeUndefined()
  expect(messageText('high')).toBe('high')
  expect(messageText({ a: [1, 2n, null] })).toBe('{"a":[1,"2",null]}')
  expect(messageText(Number.NaN)).toBe('NaN')
  expect(messageText('x'.repeat(81))).toBe(`${'x'.repeat(80)}…`)
})
