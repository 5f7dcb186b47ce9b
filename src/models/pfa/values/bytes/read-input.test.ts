import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../document/json.ts'
import { Place } from '../../document/place.ts'
import { loadEngine } from '../../engine/load-engine.ts'
import { TypeTable } from '../../types/type-table.ts'
import type { Type } from '../../types/type.ts'
import { createReaders, MisfitError } from '../read-json.ts'
import { RecordClasses } from '../record-classes.ts'
import { createWriters } from '../write-json.ts'
import { createInputReader } from './read-input.ts'

/** Chooses a number below `limit`. */
type Choose = (limit: number) => number
/** A type of Avro, and how texts of its values are written, most of which fit. */
interface Sample {
  readonly type: unknown
  readonly tag: string
  readonly write: (choose: Choose) => string
}

const NUMBERS = ['0', '-0', '7', '-31', '2147483648', '1.5', '-0.0', '1e3', '9007199254740993', '1e999', '0.1234567890123456', '"nan"']
const TEXTS = ['"a"', '"é日"', '"\\u00e9\\n"', '"\\ud800"', '"aa bb"', '""', '"\u{1F600}"', 'null', '"b']

function pick<T>(choose: Choose, items: readonly T[]): T {
  return items[choose(items.length)]!
}

function blank(choose: Choose): string {
  return pick(choose, ['', '', '', ' ', '\n\t'])
}

function list(choose: Choose, [open, close]: readonly [string, string], items: readonly string[]): string {
  return `${open}${blank(choose)}${items.join(`${blank(choose)},${blank(choose)}`)}${blank(choose)}${close}`
}

function sampleOf(choose: Choose, depth: number, name: { next: number }): Sample {
  const inner = (): Sample => sampleOf(choose, depth - 1, name)
  const numbers = { int: 8, long: 9, float: NUMBERS.length, double: NUMBERS.length } as const
  switch (choose(depth > 0 ? 8 : 4)) {
    case 0: {
      const type = pick(choose, ['int', 'long', 'float', 'double'] as const)
      return { type, tag: type, write: (by) => NUMBERS[by(by(4) === 0 ? NUMBERS.length : Math.min(numbers[type], 5))]! }
    }
    case 1:
      return { type: 'string', tag: 'string', write: (by) => pick(by, TEXTS) }
    case 2:
      return { type: 'boolean', tag: 'boolean', write: (by) => pick(by, ['true', 'false', 'true', 'tru']) }
    case 3: {
      const tag = `E${name.next++}`
      return { type: { type: 'enum', name: tag, symbols: ['a', 'bb'] }, tag, write: (by) => pick(by, ['"a"', '"bb"', '"a"', '"c"']) }
    }
    case 4: {
      const { type, write } = inner()
      const items = (by: Choose): readonly string[] => Array.from({ length: by(4) }, () => write(by))
      return { type: { type: 'array', items: type }, tag: 'array', write: (by) => list(by, ['[', ']'], items(by)) }
    }
    case 5: {
      const { type, write } = inner()
      const member = (by: Choose): string =>
        `${pick(by, ['"k"', '"l"', '"m n"', '"1"', '"@"', '"__proto__"'])}${blank(by)}:${blank(by)}${write(by)}`
      const items = (by: Choose): readonly string[] => Array.from({ length: by(4) }, () => member(by))
      return { type: { type: 'map', values: type }, tag: 'map', write: (by) => list(by, ['{', '}'], items(by)) }
    }
    case 6: {
      const { type, tag, write } = inner()
      if (Array.isArray(type)) return inner()
      const types = pick(choose, [
        ['null', type],
        [type, 'null'],
      ])
      const tagged = (by: Choose): string => list(by, ['{', '}'], [`"${tag}"${blank(by)}:${blank(by)}${write(by)}`])
      return { type: types, tag: 'union', write: (by) => pick(by, [() => 'null', () => write(by), tagged, tagged])(by) }
    }
    default:
      return record(choose, inner, name)
  }
}

// oxlint-disable-next-line max-params -- of one test
function record(choose: Choose, inner: () => Sample, name: { next: number }): Sample {
  const tag = `R${name.next++}`
  const fields = ['x', 'longer_name', 'k', '__proto__'].slice(0, 1 + choose(4)).map((field) => ({ field, ...inner() }))
  const write = (by: Choose): string => {
    const members = fields.map(({ field, write: writeField }) => `"${field}"${blank(by)}:${blank(by)}${writeField(by)}`)
    const way = by(8)
    if (way === 0) members.reverse()
    if (way === 1)
      members.splice(by(members.length + 1), 0, pick(by, ['"other":{"a":[1,"\\"",{}],"b":null}', '"o":-', '"o":[ true,1.5e3 ]']))
    if (way === 2) members.splice(by(members.length), 1)
    if (way === 3) members.push(pick(by, members))
    return list(by, ['{', '}'], members)
  }
  return { type: { type: 'record', name: tag, fields: fields.map(({ field, type }) => ({ name: field, type })) }, tag, write }
}

function typeOf(json: unknown): Type {
  const document = parseJson(JSON.stringify(json))
  const types = new TypeTable()
  types.declareAll(document, new Place(undefined, ''))
  return types.read(document, new Place(undefined, ''))
}

/** What the general reader gives; undefined for what it refuses. */
function generally(type: Type, classes: RecordClasses, text: string): unknown {
  try {
    return createReaders(classes, { bytes: 'latin1', untagged: true })(type)(JSON.parse(text))
  } catch (error) {
    if (error instanceof MisfitError || error instanceof SyntaxError) return undefined
    throw error
  }
}

describe('inputs in bytes', () => {
  it('of any type are what the general reader gives, or left to it, also where bytes were cut or changed', () => {
    const [taken, fitting] = [{ count: 0 }, { count: 0 }]
    const property = fc.property(fc.gen(), (draw) => {
      const choose: Choose = (limit) => draw(fc.nat, limit - 1)
      const sample = record(choose, () => sampleOf(choose, 3, name), name)
      const type = typeOf(sample.type)
      const classes = new RecordClasses()
      const read = createInputReader(type, classes)
      const write = createWriters(classes, { bytes: 'latin1' })(type)
      for (let time = 0; time < 6; time++) {
        const bytes = Buffer.from(`${blank(choose)}${sample.write(choose)}${blank(choose)}`)
        const at = choose(bytes.length)
        const changed = Buffer.from(bytes)
        changed[at] = pick(choose, [...Buffer.from('{}[],:" 0n\\-.'), 0x80, 0xc3, 0])
        for (const [i, text] of [bytes, changed, bytes.subarray(0, at)].entries()) {
          const [found, expected] = [read(text), generally(type, classes, text.toString())]
          // The order of maps shows in their text.
          const both = (value: unknown): unknown => found !== undefined && [value, value !== undefined && write(value)]
          expect(both(found)).toEqual(both(expected))
          if (i === 0 && expected !== undefined) fitting.count++
          if (i === 0 && found !== undefined) taken.count++
        }
      }
    })
    const name = { next: 0 }
    fc.assert(property, { numRuns: 600, seed: 21 })
    // Most that fit are read from their bytes: a reader that takes nothing is right, too.
    expect(taken.count).toBeGreaterThan(fitting.count * 0.6)
    expect(fitting.count).toBeGreaterThan(300)
  })

  const INPUT = {
    type: 'record',
    name: 'Order',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'note', type: ['null', 'string'] },
      { name: 'x', type: 'double', default: 4 },
    ],
  }
  const engine = loadEngine(parseJson(JSON.stringify({ input: INPUT, output: 'Order', action: 'input' })))
  const through = (text: string): string => engine.writeOutput(engine.action(engine.readInputBytes(Buffer.from(text))))

  it.each([
    ['{"id":1,"note":null,"x":-0}', '{"id":1,"note":null,"x":-0.0}'],
    ['{"x":1.5,"more":[{}],"note":"\\n","id":-9007199254740993}', '{"id":-9007199254740993,"note":{"string":"\\n"},"x":1.5}'],
    ['{"id":9223372036854775807}', '{"id":9223372036854775807,"note":null,"x":4.0}'],
    ['{"id":1,"id":2,"x":1e400}', '{"id":2,"note":null,"x":"inf"}'],
    [`{"id":1,"note":{"string":"${'é'.repeat(70_000)}"},"x":2}`, `{"id":1,"note":{"string":"${'é'.repeat(70_000)}"},"x":2.0}`],
  ])('come in and go out again: %.60s', (text, expected) => {
    expect(through(text)).toBe(expected)
  })

  it.each([
    ['{"id":1', 'record.json.malformed'],
    ['{"id":1} 2', 'record.json.malformed'],
    ['{"id":1,"x":NaN}', 'record.json.malformed'],
    ['', 'record.json.malformed'],
    ['{"id":9223372036854775808}', 'record.feature.invalid'],
    ['{"id":1.5}', 'record.feature.invalid'],
    ['null', 'record.feature.invalid'],
  ])('are refused with a reason: %s', (text, code) => {
    expect(() => through(text)).toThrow(expect.objectContaining({ code }))
  })

  it('that nest without end, their members in another order, are read or refused at once', () => {
    const nest = { type: 'record', name: 'Nest', fields: ['in', 'also'].map((name) => ({ name, type: ['null', 'Nest'] })) }
    const nesting = loadEngine(parseJson(JSON.stringify({ input: nest, output: 'null', action: null })))
    const nested = (levels: number): Buffer => Buffer.from(`${'{"in":{"Nest":'.repeat(levels)}{"in":null}${'},"z":1}'.repeat(levels)}`)
    expect(nesting.readInputBytes(nested(700))).toMatchObject({ in: { in: { also: null } } })
    expect(() => nesting.readInputBytes(nested(100_000))).toThrow(expect.objectContaining({ code: 'record.feature.invalid' }))
  })
})
