import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { character } from './testing/character.ts'
import { Dictionary, LONGEST_LEARNED, UNUSABLE_TEXT } from './dictionary.ts'

const encoder = new TextEncoder()

test('texts get codes in the order of adding, whatever is added and however often', () => {
  const text = fc.oneof(fc.string({ unit: character }), fc.constantFrom('', 'a', '\uFEFFa', 'constructor', '__proto__'))
  fc.assert(
    fc.property(fc.array(text, { maxLength: 30 }), (texts) => {
      const dictionary = new Dictionary(texts)
      const expected = [...new Set(texts)]
      expect(dictionary.texts).toEqual(expected)
      expect(dictionary.size).toBe(expected.length)
      expect(expected.map((one) => dictionary.code(one))).toEqual([...expected.keys()])
      expect(expected.map((_, code) => dictionary.text(code))).toEqual(expected)
      expect(expected.map((_, code) => dictionary.encoded(code))).toEqual(expected.map((one) => encoder.encode(one)))
    }),
  )
})

test('a code is found from bytes in the middle of others, and a text that is not there is -1', () => {
  const dictionary = new Dictionary(['red', 'green'])
  const bytes = encoder.encode('a green thing')
  expect(dictionary.codeOfBytes(bytes, 2, 5)).toBe(1)
  expect(dictionary.codeOfBytes(bytes, 2, 4)).toBe(-1)
  expect(dictionary.codeOfBytes(bytes, 2, 0)).toBe(-1)
  expect(dictionary.code('blue')).toBe(-1)
  expect(dictionary.size).toBe(2)
})

test('an open dictionary learns up to its limit, and still finds what it knows', () => {
  const dictionary = new Dictionary()
  const intern = (text: string): number => dictionary.internBytes(encoder.encode(text), 0, encoder.encode(text).length, 1000)
  const codes = Array.from({ length: 1500 }, (_, i) => intern(`text ${i}`))
  expect(codes).toEqual(Array.from({ length: 1500 }, (_, i) => (i < 1000 ? i : -1)))
  expect(intern('text 999')).toBe(999)
  expect(dictionary.intern('text 998', 1000)).toBe(998)
  expect(dictionary.intern('new', 1000)).toBe(-1)
})

test('what was learned from a Buffer does not change with the Buffer', () => {
  const dictionary = new Dictionary()
  const bytes = Buffer.from('red')
  dictionary.internBytes(bytes, 0, 3, 10)
  bytes.write('xyz')
  expect(dictionary.code('red')).toBe(0)
  expect(dictionary.encoded(0)).toEqual(encoder.encode('red'))
  expect(dictionary.encoded(0).buffer).not.toBe(bytes.buffer)
})

test('bytes that are not UTF-8, and texts that are too long, are not learned', () => {
  const dictionary = new Dictionary()
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [97, 0xe2, 0x82]])
    expect(dictionary.internBytes(Uint8Array.from(bytes), 0, bytes.length, 10)).toBe(UNUSABLE_TEXT)
  expect(dictionary.intern('x'.repeat(LONGEST_LEARNED + 1), 10)).toBe(UNUSABLE_TEXT)
  expect(dictionary.size).toBe(0)
  expect(dictionary.intern('x'.repeat(LONGEST_LEARNED), 10)).toBe(0)
})

test('a code that the dictionary did not give is a mistake of the caller', () => {
  const dictionary = new Dictionary(['a'])
  for (const code of [-1, 1, 0.5, Number.NaN]) {
    expect(() => dictionary.text(code)).toThrow(RangeError)
    expect(() => dictionary.encoded(code)).toThrow(RangeError)
  }
})
