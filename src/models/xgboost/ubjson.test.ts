import { describe, expect, test } from 'vitest'
import { parseUbJson } from './ubjson.ts'

/** Letters as bytes, numbers as they are. */
const bytes = (...parts: readonly (string | number)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...new TextEncoder().encode(part)])))

describe('UBJSON', () => {
  test.each<[string, Uint8Array, unknown]>([
    ['null', bytes('Z'), null],
    ['true', bytes('T'), true],
    ['a signed byte', bytes('i', 0xff), -1],
    ['an unsigned byte', bytes('U', 0xff), 255],
    ['16 bits', bytes('I', 0xff, 0xfe), -2],
    ['32 bits', bytes('l', 0, 1, 0, 0), 65536],
    ['64 bits', bytes('L', 0, 0, 1, 0, 0, 0, 0, 0), 2 ** 40],
    ['a float', bytes('d', 0x3f, 0x80, 0, 0), 1],
    ['a double', bytes('D', 0x40, 0, 0, 0, 0, 0, 0, 0), 2],
    ['a number in digits', bytes('H', 'i', 4, '1e99'), 1e99],
    ['a text', bytes('S', 'i', 3, 'né'), 'né'],
    ['a letter', bytes('C', 'x'), 'x'],
    ['a list', bytes('[', 'i', 1, 'N', 'T', ']'), [1, true]],
    ['a list with a count', bytes('[', '#', 'i', 2, 'i', 1, 'Z'), [1, null]],
    ['a list of texts', bytes('[', '$', 'S', '#', 'i', 2, 'i', 1, 'a', 'i', 0), ['a', '']],
    ['a list of numbers', bytes('[', '$', 'I', '#', 'i', 2, 0, 1, 0, 2), Float64Array.of(1, 2)],
    ['nothing in a list', bytes('[', '$', 'd', '#', 'i', 0), new Float64Array(0)],
    ['an object', bytes('{', 'i', 1, 'a', 'i', 7, 'i', 1, 'b', '[', ']', '}'), { a: 7, b: [] }],
    ['an object with a count', bytes('{', '#', 'i', 1, 'i', 1, 'a', 'F'), { a: false }],
    ['a key that is dangerous elsewhere', bytes('{', 'i', 9, '__proto__', 'i', 7, '}'), JSON.parse('{"__proto__":7}')],
  ])('has %s', (_, document, value) => {
    const parsed = parseUbJson(document)
    expect(
      parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed) && !ArrayBuffer.isView(parsed) ? { ...parsed } : parsed,
    ).toEqual(value)
  })

  test.each<[string, Uint8Array]>([
    ['no bytes', bytes()],
    ['an unknown marker', bytes('x')],
    ['a number that is cut off', bytes('l', 1)],
    ['a list that does not end', bytes('[', 'i', 1)],
    ['a list of more numbers than there are', bytes('[', '$', 'D', '#', 'l', 0x7f, 0xff, 0xff, 0xff)],
    ['a list of endless nothing', bytes('[', '$', 'Z', '#', 'l', 0x7f, 0xff, 0xff, 0xff)],
    ['a negative count', bytes('[', '#', 'i', 0xff)],
    ['a type without a count', bytes('[', '$', 'i', 1)],
    ['a text that is not UTF-8', bytes('S', 'i', 1, 0xff)],
    ['digits that are no number', bytes('H', 'i', 1, 'x')],
    ['more after the end', bytes('Z', 'Z')],
    ['too deep a nest', bytes(...Array.from({ length: 100 }, () => '['))],
  ])('with %s is refused', (_, document) => {
    expect(() => parseUbJson(document)).toThrow(expect.objectContaining({ code: 'model.malformed' }))
  })
})
