import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { character } from '../../core/testing/character.ts'
import { JsonScanner } from './scanner.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 2 })
const spaced = fc
  .tuple(fc.jsonValue({ stringUnit: character, maxDepth: 4 }), space, fc.nat(3))
  .map(([value, around, indent]) => around + JSON.stringify(value, undefined, indent) + around)

describe('What is JSON', () => {
  test('every JSON text is passed to its end', () => {
    fc.assert(
      fc.property(spaced, (text) => {
        expect(isJson(encoder.encode(text))).toBe(true)
      }),
    )
  })

  test('a beginning of a JSON text is JSON where JSON.parse says so', () => {
    const sample = '{"a\\u00e9\\n":[-1.5e+3,0.25,true,false,null,"x\\"y"," \u00e9\u{1F377}"],"b":{"":{}},"c":[[]]}'
    const bytes = encoder.encode(sample)
    for (let length = 0; length <= bytes.length; length++) expect([length, agrees(bytes.subarray(0, length))]).toEqual([length, true])
    fc.assert(fc.property(spaced, fc.nat(), (text, cut) => agrees(encoder.encode(text.slice(0, cut % (text.length + 1))))))
  })

  test('a JSON text with a few other bytes in it is JSON where JSON.parse says so', () => {
    const byte = fc.oneof(
      fc.nat(255),
      fc.constantFrom(...encoder.encode('{}[]",:\\u0eE+-.tfn \t\u007f'), 0xc3, 0xe2, 0xed, 0xa0, 0xf0, 0xf4),
    )
    const changes = fc.array(fc.record({ at: fc.nat(), byte, how: fc.constantFrom('replace', 'insert', 'remove') }), {
      minLength: 1,
      maxLength: 3,
    })
    fc.assert(
      fc.property(spaced, changes, (text, list) => {
        const bytes = [...encoder.encode(text)]
        for (const { at, byte: other, how } of list)
          bytes.splice(at % (bytes.length + 1), how === 'insert' ? 0 : 1, ...(how === 'remove' ? [] : [other]))
        expect(agrees(Uint8Array.from(bytes))).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })

  test('texts of the characters that JSON is made of are JSON where JSON.parse says so', () => {
    const unit = fc.constantFrom(...'{}[]",:\\/u0019eE+-.truefalsn \n\u0001\u00e9\uFEFF'.split(''))
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        expect(agrees(encoder.encode(text))).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })

  test.each([
    '01',
    '-',
    '+1',
    '.5',
    '5.',
    '1e',
    '1e+',
    '0x10',
    'NaN',
    'Infinity',
    'tru',
    'nul',
    '"\t"',
    '"\\x"',
    '"\\u12g4"',
    "'a'",
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    '1 2',
    '',
    ' ',
    '\uFEFF1',
    '"\\',
  ])('is not: %j', (text) => {
    expect(isJson(encoder.encode(text))).toBe(false)
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError)
  })

  test('strings that are not UTF-8 are not', () => {
    const quoted = (...bytes: number[]): Uint8Array => Uint8Array.of(34, ...bytes, 34)
    for (const bytes of [
      [0x80],
      [0xc0, 0xaf],
      [0xc3],
      [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf0, 0x80, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
      [0xff],
    ])
      expect(isJson(quoted(...bytes))).toBe(false)
    for (const text of ['\u007f', '\u0080', '\u07ff', '\u0800', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'])
      expect(isJson(encoder.encode(`"${text}"`))).toBe(true)
  })

  test('a text ends where it is said to end, whatever comes behind it', () => {
    for (const [text, length] of [
      ['12', 1],
      ['1e5', 2],
      ['"a"', 2],
      ['tru', 3],
      ['"\\u00e9"', 5],
      ['"\u00e9"', 2],
      ['-1', 1],
      ['1.5', 2],
    ] as const) {
      const scanner = new JsonScanner()
      scanner.start(encoder.encode(text), 0, length)
      expect([text, scanner.value() && scanner.peek() === -1]).toEqual([text, text === '12'])
    }
  })

  test('nesting is passed to a depth of 64, and refused beyond without a deep stack', () => {
    for (const [open, close] of ['[]', '{}'].map((pair) => pair.split('') as [string, string])) {
      const nested = (depth: number): Uint8Array =>
        encoder.encode((open === '{' ? '{"a":' : open).repeat(depth - 1) + open + close.repeat(depth))
      expect(isJson(nested(64))).toBe(true)
      expect(isJson(nested(65))).toBe(false)
      expect(isJson(encoder.encode(open.repeat(1_000_000)))).toBe(false)
    }
  })
})

describe('Numbers are correctly rounded', () => {
  const digits = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom(...'0123456789'.split('')), minLength, maxLength })
  const whole = fc.oneof(
    fc.constant('0'),
    fc.tuple(fc.constantFrom(...'123456789'.split('')), digits(0, 24)).map(([first, rest]) => first + rest),
  )
  const fraction = fc.oneof(
    fc.constant(''),
    digits(1, 25).map((text) => `.${text}`),
  )
  const exponent = fc.oneof(
    fc.constant(''),
    fc
      .tuple(fc.constantFrom('e', 'E', 'e+', 'e-', 'E-'), fc.nat(400), fc.constantFrom('', '0', '00'))
      .map(([e, power, zeros]) => e + zeros + String(power)),
  )
  const written = fc.tuple(fc.constantFrom('', '-'), whole, fraction, exponent).map((parts) => parts.join(''))

  test('in any way that they can be written', () => {
    fc.assert(
      fc.property(written, (text) => {
        expect(same(text)).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })

  test('with any number of digits that a double has', () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(double, fc.nat(20), (value, places) => {
        const texts = [JSON.stringify(value), value.toExponential(places), value.toPrecision(places + 1)]
        expect((Math.abs(value) < 1e21 ? [...texts, value.toFixed(places)] : texts).filter((text) => !same(text))).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    '0',
    '-0',
    '-0.0e5',
    '0e999999',
    '1e-999999',
    '1e999999',
    '-1e400',
    '5e-324',
    '2.4703282292062327e-324',
    '2.4703282292062328e-324',
    '2.2250738585072011e-308',
    '2.2250738585072014e-308',
    '1.7976931348623157e308',
    '1.7976931348623159e308',
    '9007199254740993',
    '9007199254740992.5',
    '0.1',
    '123456789012345e22',
    '123456789012345e-22',
    '999999999999999e22',
    '1234567890123456e22',
    '8.988465674311582e307',
    `1${'0'.repeat(400)}`,
    `0.${'0'.repeat(400)}1`,
    `${'1'.repeat(17)}e-17`,
    '100000000000000000000000e-23',
    '1e00000000000000000000000005',
  ])('%s', (text) => {
    expect(same(text)).toBe(true)
  })

  /** Whether the scanner reads the double that JSON.parse reads. */
  function same(text: string): boolean {
    const scanner = new JsonScanner()
    const bytes = encoder.encode(`[${text}]`)
    scanner.start(bytes, 1, bytes.length - 1)
    const found = scanner.value() && scanner.peek() === -1 ? scanner.number : undefined
    return Object.is(found, JSON.parse(text))
  }
})

describe('Strings', () => {
  test('the text of a string is what JSON.parse makes of it', () => {
    const unit = fc.oneof(
      fc.constantFrom('\\n', '\\"', '\\\\', '\\/', '\\u0000', '\\ud83c', '\\udf77', '\\uFEFF', '\uFEFF', '\u{1F377}'),
      fc.string({ unit: character, maxLength: 1 }).map((text) => JSON.stringify(text).slice(1, -1)),
    )
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 10 }), (content) => {
        const scanner = new JsonScanner()
        const bytes = encoder.encode(` "${content}" `)
        scanner.start(bytes, 1, bytes.length)
        expect(scanner.value() && scanner.text()).toBe(JSON.parse(`"${content}"`))
      }),
    )
  })

  test('a string that is a number as JSON writes them, all of it, is known as one', () => {
    for (const [content, expected] of [
      ['1.5', 1.5],
      ['-0', -0],
      ['1e3', 1000],
      [' 1', false],
      ['1 ', false],
      ['', false],
      ['-', false],
      ['1x', false],
      ['\\u0031', false],
    ] as const) {
      const scanner = new JsonScanner()
      const bytes = encoder.encode(`"${content}"7`)
      scanner.start(bytes, 0, bytes.length)
      scanner.value()
      expect(scanner.textIsNumeral() && scanner.number).toBe(expected)
      expect([scanner.at, scanner.end]).toEqual([bytes.length - 1, bytes.length])
    }
  })
})

function isJson(bytes: Uint8Array): boolean {
  const scanner = new JsonScanner()
  scanner.start(bytes, 0, bytes.length)
  return scanner.value() && scanner.peek() === -1
}

/** Whether the scanner takes what JSON.parse takes and refuses what it refuses. */
function agrees(bytes: Uint8Array): boolean {
  let expected = true
  try {
    JSON.parse(decoder.decode(bytes))
  } catch {
    expected = false
  }
  return isJson(bytes) === expected
}
