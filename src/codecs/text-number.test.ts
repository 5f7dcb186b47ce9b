import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { numberOfText } from './text-number.ts'

test('a text is a number where all of it is a decimal one, or NaN or an infinity', () => {
  for (const [text, expected] of [
    ['1', 1],
    ['-1.50', -1.5],
    ['+5', 5],
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['1E-3', 0.001],
    ['007', 7],
    [' 2\n', 2],
    ['-0', -0],
    ['NaN', Number.NaN],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
  ] as const)
    expect([text, numberOfText(text)]).toEqual([text, expected])
})

test('any other text is none', () => {
  for (const text of [
    '',
    ' ',
    '.',
    '+',
    '-',
    'e5',
    '1e',
    '1e+',
    '0x10',
    '0b1',
    '1_000',
    '1,5',
    '1 2',
    '--1',
    'nan',
    'inf',
    'one',
    '١',
    '1n',
  ])
    expect([text, numberOfText(text)]).toEqual([text, undefined])
})

test('every double is read from its text', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      expect(numberOfText(String(value))).toBe(Object.is(value, -0) ? 0 : value)
    }),
  )
})

test('a long text that is nearly a number takes no time', () => {
  expect(numberOfText(`${'1'.repeat(500_000)}x`)).toBeUndefined()
})
