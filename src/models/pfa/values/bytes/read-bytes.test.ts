import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../document/json.ts'
import { Place } from '../../document/place.ts'
import { TypeTable } from '../../types/type-table.ts'
import type { Type } from '../../types/type.ts'
import { createReaders, MisfitError } from '../read-json.ts'
import { RecordClasses } from '../record-classes.ts'
import { createCursor, UnexpectedText } from './cursor.ts'
import { createByteReader } from './read-bytes.ts'
import { readNumber, readWhole } from './read-number.ts'

function number(text: string, read = readNumber): readonly [number, number] {
  const cursor = createCursor(Buffer.from(`${text}]`), 0)
  return [read(cursor), cursor.at]
}

describe('numbers in bytes', () => {
  it('are read as JavaScript does, bit for bit', () => {
    const digits = fc.stringMatching(/^[0-9]{0,22}$/)
    const whole = fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9][0-9]{0,20}$/))
    const exponent = fc.oneof({ weight: 4, arbitrary: fc.constant('') }, fc.stringMatching(/^[eE][+-]?[0-9]{1,3}$/))
    const property = fc.property(fc.boolean(), whole, digits, exponent, (negative, integer, fraction, power) => {
      const text = `${negative ? '-' : ''}${integer}${fraction === '' ? '' : `.${fraction}`}${power}`
      const isInteger = fraction === '' && power === ''
      const expected = [isInteger ? Number(text) + 0 : Number(text), text.length]
      expect([number(text), number(text, readWhole)]).toEqual([expected, expected])
    })
    fc.assert(property, { numRuns: 3000, seed: 5 })
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(number(String(value))[0]).toBe(value + 0)
      }),
      { numRuns: 3000, seed: 6 },
    )
  })

  it.each(['', '-', '01', '-01', '1.', '.5', 'a', '1e', '1e+', '--1', '+1', '00', '1.5e', '1.e5'])('are none: %j', (text) => {
    expect(() => number(text)).toThrow(UnexpectedText)
    expect(() => number(text, readWhole)).toThrow(UnexpectedText)
  })

  it('end where the bytes do', () => {
    for (const text of ['0.1234567890123456', '12', '0.5', '7e3']) {
      const cursor = createCursor(Buffer.from(text), 0)
      expect([readNumber(cursor), cursor.at]).toEqual([Number(text), text.length])
    }
  })
})

const TYPE = {
  type: 'record',
  name: 'Thing',
  fields: [
    { name: 'name', type: 'string' },
    { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['a', 'bb', 'ccc'] } },
    { name: 'x', type: 'double' },
    { name: 'n', type: 'int' },
    { name: 'f', type: 'float' },
    { name: 'yes', type: ['null', 'boolean'] },
    { name: 'more', type: { type: 'map', values: ['null', 'Thing', 'int', 'double', { type: 'array', items: 'Thing' }] } },
  ],
}

function typeOf(json: unknown): Type {
  const document = parseJson(JSON.stringify(json))
  const types = new TypeTable()
  types.declareAll(document, new Place(undefined, ''))
  return types.read(document, new Place(undefined, ''))
}

interface Written {
  readonly name: string
  readonly more: Readonly<Record<string, unknown>>
}

const things = fc.letrec<{ thing: Written; item: unknown }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.integer().map((int) => ({ int })),
    fc.constantFrom(0, 1.5, 1e300).map((double) => ({ double })),
    tie('thing').map((Thing) => ({ Thing })),
    fc.array(tie('thing'), { maxLength: 3 }).map((array) => ({ array })),
  ),
  thing: fc.record(
    {
      name: fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('<', 'é', '日本', '\u{1F600}', 'a'.repeat(40))),
      kind: fc.constantFrom('a', 'bb', 'ccc', 'd'),
      x: fc.double({ noNaN: true, noDefaultInfinity: true }),
      n: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) }, fc.constant(2 ** 31)),
      f: fc.float({ noNaN: true, noDefaultInfinity: true }),
      yes: fc.constantFrom(null, { boolean: true }, { boolean: false }),
      more: fc.dictionary(fc.string({ maxLength: 5 }), tie('item'), { maxKeys: 3 }),
    },
    { noNullPrototype: true },
  ),
})).thing

/** As Python writes it. */
const loose = (json: unknown): string =>
  JSON.stringify(json, null, 1).replaceAll(/("(?:[^"\\]|\\.)*")|\n\s*/g, (_, text: string | undefined) => text ?? ' ')

describe('values in bytes', () => {
  const type = typeOf(TYPE)
  const classes = new RecordClasses()
  const general = createReaders(classes, { bytes: 'latin1', untagged: false })(type)
  const find = createByteReader(type, classes)

  function expected(text: string): unknown {
    try {
      return general(parseJson(text))
    } catch (error) {
      if (!(error instanceof MisfitError)) throw error
      return undefined
    }
  }

  it.each([
    ['densely', (thing: unknown) => JSON.stringify(thing)],
    ['with blanks', loose],
    ['over lines', (thing: unknown) => JSON.stringify(thing, null, '\t\r')],
  ])('are what the general reader gives, or left to it, however they are written: %s', (_, write) => {
    let left = 0
    const property = fc.property(things, (thing) => {
      const text = write(thing)
      const before = 'é, '
      const bytes = Buffer.from(`${before}${text}, and more`)
      const start = Buffer.byteLength(before)
      const found = find(bytes, start)
      if (found === undefined) {
        left++
        return
      }
      expect(found.value).toEqual(expected(text))
      expect([found.end - start, found.end - start - found.wide]).toEqual([Buffer.byteLength(text), text.length])
    })
    fc.assert(property, { numRuns: 400, seed: 3 })
    // Escapes, kinds that do not exist, and integers that are too large.
    expect(left).toBeLessThan(300)
  })

  it('are never taken from bytes that were cut or changed, unless the general reader takes them, too', () => {
    const property = fc.property(
      things,
      fc.nat(),
      fc.constantFrom('{', '}', '[', ']', ',', ':', '"', ' ', '0', 'n', '\\', '-', '.'),
      (thing, at, put) => {
        const text = JSON.stringify(thing)
        // Half of a pair of code units is no UTF-8.
        if (/[\uD800-\uDFFF]/.test(text)) return
        const place = at % text.length
        const cut = Buffer.from(text.slice(0, place))
        expect(find(cut, 0)).toBeUndefined()
        const changed = text.slice(0, place) + put + text.slice(place + 1)
        const found = find(Buffer.from(changed), 0)
        expect(found?.value).toEqual(found && expected(changed.slice(0, found.end - found.wide)))
      },
    )
    fc.assert(property, { numRuns: 400, seed: 4 })
  })

  it('nest as deep as a document may, and no deeper', () => {
    const nest = typeOf({ type: 'record', name: 'Nest', fields: [{ name: 'in', type: ['null', 'Nest'] }] })
    const reader = createByteReader(nest, new RecordClasses())
    const nested = (levels: number): Buffer => Buffer.from(`${'{"in":{"Nest":'.repeat(levels)}{"in":null}${'}}'.repeat(levels)}`)
    expect(reader(nested(700), 0)).toBeDefined()
    expect(reader(nested(800), 0)).toBeUndefined()
    expect(reader(nested(200_000), 0)).toBeUndefined()
  })
})
