import avsc from 'avsc'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Batch } from '../../core/batch.ts'
import type { BoundField } from '../../core/codec.ts'
import { FrameBuffer } from '../../core/frame.ts'
import { Outcomes } from '../../core/outcomes.ts'
import { batchOf } from '../../core/testing/batch-of.ts'
import { plainFraming } from '../framing.ts'
import { bound, INVALID, MISSING, type Row, readRowsWith } from '../testing/read-rows.ts'
import { parseRecordSchema } from './parse-schema.ts'
import { AvroRowReader } from './row-reader.ts'

interface FieldSpec {
  readonly name: string
  readonly type: unknown
  readonly aliases?: readonly string[]
  readonly default?: unknown
}

function schemaOf(fields: readonly FieldSpec[]): { type: 'record'; name: string; fields: readonly FieldSpec[] } {
  return { type: 'record', name: 'R', fields }
}

/** The rows of records that one schema wrote, for columns that another one names. */
function rowsOf(
  writer: readonly FieldSpec[],
  reader: readonly FieldSpec[] | undefined,
  fields: readonly BoundField[],
  batch: Batch,
): readonly unknown[] {
  const framing = plainFraming(parseRecordSchema(JSON.stringify(schemaOf(writer))))
  const expected = reader && parseRecordSchema(JSON.stringify(schemaOf(reader)))
  const rows = new AvroRowReader({ framing, reader: expected, fields })
  return readRowsWith({ reader: rows, fields, frame: new FrameBuffer() }, batch).rows
}

const PROMOTIONS: Readonly<Record<string, readonly string[]>> = {
  int: ['int', 'long', 'float', 'double'],
  long: ['long', 'float', 'double'],
  float: ['float', 'double'],
  double: ['double'],
}
const VALUES: Readonly<Record<string, fc.Arbitrary<number>>> = {
  int: fc.integer(),
  // avsc refuses the last ones below 2^53.
  long: fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
  float: fc.float({ noNaN: true }),
  double: fc.double({ noNaN: true }),
}

const evolution = fc
  .array(
    fc.constantFrom('int', 'long', 'float', 'double').chain((type) =>
      fc.record({
        type: fc.constant(type),
        value: VALUES[type]!,
        readAs: fc.constantFrom(...PROMOTIONS[type]!),
        fate: fc.constantFrom('kept', 'renamed', 'dropped', 'optional'),
      }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .chain((fields) =>
    fc.record({
      fields: fc.constant(fields),
      order: fc.shuffledSubarray([...fields.keys()], { minLength: fields.length }),
      added: fc.nat(2),
    }),
  )

test('numbers of one schema are read by another as avsc resolves them: promoted, renamed, reordered, added and dropped', () => {
  fc.assert(
    fc.property(evolution, ({ fields, order, added }) => {
      const writer = fields.map(({ type, fate }, i) => ({ name: `w${i}`, type: fate === 'optional' ? ['null', type] : type }))
      const kept = order.filter((i) => fields[i]!.fate !== 'dropped')
      const reader: FieldSpec[] = kept.map((i) => {
        const { readAs, fate } = fields[i]!
        return { name: fate === 'renamed' ? `r${i}` : `w${i}`, aliases: [`w${i}`], type: fate === 'optional' ? ['null', readAs] : readAs }
      })
      for (let i = 0; i < added; i++) reader.push({ name: `a${i}`, type: 'double', default: i + 0.5 })
      const from = avsc.Type.forSchema(schemaOf(writer) as unknown as avsc.Schema, { wrapUnions: false })
      const to = avsc.Type.forSchema(schemaOf(reader) as unknown as avsc.Schema, { wrapUnions: false })
      const bytes = from.toBuffer(Object.fromEntries(fields.map(({ value }, i) => [`w${i}`, value])))
      const resolved = to.fromBuffer(bytes, to.createResolver(from)) as Record<string, number>
      // avsc leaves a promoted number as precise as it was; a float has 24 bits.
      const expected = reader.map(({ name, type }) => (String(type).includes('float') ? Math.fround(resolved[name]!) : resolved[name]!))
      expect(
        rowsOf(
          writer,
          reader,
          reader.map(({ name }) => bound(name)),
          batchOf([bytes]),
        ),
      ).toEqual([expected])
    }),
    { numRuns: 300 },
  )
})

describe('what a writer lacks', () => {
  const nested = {
    type: 'record',
    name: 'N',
    fields: [
      { name: 'a', type: 'int' },
      { name: 'b', type: ['null', 'string'], default: null },
    ],
  }
  const cases: [string, FieldSpec, BoundField, Row[number]][] = [
    ['a number', { name: 'x', type: 'int', default: 7 }, bound('x'), 7],
    ['minus zero', { name: 'x', type: 'double', default: -0 }, bound('x'), 0],
    ['a text', { name: 'x', type: 'string', default: 'é"' }, bound('x', 'category', { open: true }), ['é"']],
    ['null', { name: 'x', type: ['null', 'int'], default: null }, bound('x'), MISSING],
    ['a value of a union', { name: 'x', type: ['int', 'null'], default: 3 }, bound('x'), 3],
    ['a text for a number', { name: 'x', type: 'string', default: 'one' }, bound('x'), INVALID],
    ['bytes', { name: 'x', type: { type: 'bytes', logicalType: 'decimal', precision: 4, scale: 1 }, default: '\u00ff' }, bound('x'), -0.1],
    ['a record', { name: 'x', type: nested, default: { a: 5 } }, bound('x.a'), 5],
    ['a default that is not of its type', { name: 'x', type: 'int', default: 'seven' }, bound('x'), MISSING],
    ['no default', { name: 'x', type: 'int' }, bound('x'), MISSING],
  ]
  test.each(cases)('has the default of the reader: %s', (_, field, column, expected) => {
    expect(rowsOf([{ name: 'other', type: 'int' }], [field], [column], batchOf([Uint8Array.of(2)]))).toEqual([[expected]])
  })

  test('is filled in inside of a record that may itself be absent', () => {
    const inner = (fields: readonly FieldSpec[]): unknown => ['null', { type: 'record', name: 'N', fields }]
    const writer = [{ name: 'n', type: inner([{ name: 'a', type: 'int' }]) }]
    const reader = [
      {
        name: 'n',
        type: inner([
          { name: 'b', type: 'int', default: 9 },
          { name: 'a', type: 'int' },
        ]),
      },
    ]
    const batch = batchOf([Uint8Array.of(2, 4), Uint8Array.of(0)])
    expect(rowsOf(writer, reader, [bound('n.a'), bound('n.b')], batch)).toEqual([
      [2, 9],
      [MISSING, MISSING],
    ])
  })
})

test('symbols that the reader does not know are its default', () => {
  const kind = (symbols: readonly string[], fallback?: string): unknown => ({ type: 'enum', name: 'E', symbols, default: fallback })
  const column = bound('k', 'category', { open: true })
  const batch = batchOf([Uint8Array.of(0), Uint8Array.of(2)])
  const read = (reader: unknown): readonly unknown[] =>
    rowsOf([{ name: 'k', type: kind(['A', 'B']) }], [{ name: 'k', type: reader }], [column], batch)
  expect(read(kind(['X', 'A'], 'X'))).toEqual([[['A']], [['X']]])
  expect(read(kind(['A']))).toEqual([[['A']], [['B']]])
})

test('without a schema of the reader the names are found in each record, guessed ones in any spelling', () => {
  const writer = [
    { name: 'Fixed_Acidity', type: 'int' },
    { name: 'y', type: 'int', aliases: ['older'] },
  ]
  const fields = [bound('fixed acidity', 'number', { guessed: true }), bound('older'), bound('nowhere')]
  expect(rowsOf(writer, undefined, fields, batchOf([Uint8Array.of(2, 4)]))).toEqual([[1, 2, MISSING]])
})

test('nothing of an earlier record is left in the rows after it', () => {
  const writer = [{ name: 'x', type: ['null', 'double'] }]
  const one = Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f)
  const batch = batchOf([one, Uint8Array.of(0), one.subarray(0, 4), one])
  const rows = rowsOf(writer, undefined, [bound('x')], batch)
  expect([rows[0], rows[1], rows[3]]).toEqual([[1], [MISSING], [1]])
  const outcomes = new Outcomes()
  outcomes.reset(1)
  expect(rows[2]).toMatchObject({ code: 'record.avro.malformed' })
})
