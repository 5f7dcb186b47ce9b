import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BoundField, Codec } from '../../core/codec.ts'
import { SluiceError } from '../../core/errors.ts'
import { batchOf } from '../../core/testing/batch-of.ts'
import { WINE_FIELDS } from '../../../test/fixtures/wine-quality.ts'
import { expectedRow } from '../testing/expected-row.ts'
import { messageBytes } from '../testing/proto-bytes.ts'
import { descriptorSetOf, KINDS, SCALARS, type FieldSpec, type Schema, type Syntax } from '../testing/proto-schema.ts'
import { bound, readRows, readRowsWith } from '../testing/read-rows.ts'
import { loadMessageType } from './message-type.ts'
import { createProtobufCodec } from './protobuf-codec.ts'

const CATEGORIES = ['', 'red', 'true', 'false', '0', '1', '1.5', '-5', '300', 'NONE', 'ONE', 'SAME', 'FAR', 'NaN', '\uFEFFx']

/** Numbers with tags of one to five bytes. */
const NUMBERS = [1, 2, 3, 15, 16, 17, 100, 2047, 2048, 5000, 262143, 262144, 33554431, 33554432, 268435455, 268435456, 536870911]

function schemaOf(numbers: readonly number[], syntax: Syntax): Schema {
  let next = 0
  const number = (): number => numbers[next++]!
  const delimited = syntax !== 'proto3'
  const record: FieldSpec[] = [
    ...SCALARS.map((type) => ({ name: `s_${type}`, number: number(), type })),
    { name: 'o_double', number: number(), type: 'double', optional: true },
    { name: 'o_string', number: number(), type: 'string', optional: true },
    { name: 'o_sint64', number: number(), type: 'sint64', optional: true },
    { name: 'kind', number: number(), type: 'enum' },
    { name: 'r_int32', number: number(), type: 'int32', repeated: true },
    { name: 'r_string', number: number(), type: 'string', repeated: true },
    { name: 'r_inner', number: number(), type: 'Inner', repeated: true },
    { name: 'inner', number: number(), type: 'Inner' },
    { name: 'group', number: number(), type: 'Inner', delimited },
    { name: 'c_int', number: number(), type: 'int32', oneof: 'choice' },
    { name: 'c_text', number: number(), type: 'string', oneof: 'choice' },
    { name: 'c_inner', number: number(), type: 'Inner', oneof: 'choice' },
    { name: 'c_kind', number: number(), type: 'enum', oneof: 'choice' },
    { name: 'c_unread', number: number(), type: 'double', oneof: 'choice' },
  ]
  const inner: FieldSpec[] = [
    { name: 'x', number: number(), type: 'double' },
    { name: 'ox', number: number(), type: 'int64', optional: true },
    { name: 'kind', number: number(), type: 'enum' },
    { name: 'text', number: number(), type: 'string' },
    { name: 'deep', number: number(), type: 'Deep' },
  ]
  return {
    Record: record,
    Inner: inner,
    Deep: [
      { name: 'y', number: number(), type: 'sint32' },
      { name: 'z', number: number(), type: 'bool', optional: true },
    ],
  }
}

const PATHS = [
  ...SCALARS.map((type) => `s_${type}`),
  'o_double',
  'o_string',
  'o_sint64',
  'kind',
  'inner.x',
  'inner.ox',
  'inner.kind',
  'inner.text',
  'inner.deep.y',
  'inner.deep.z',
  'group.x',
  'group.kind',
  'group.deep.y',
  'c_int',
  'c_text',
  'c_inner.x',
  'c_inner.deep.y',
  'c_kind',
]

const syntax = fc.constantFrom<Syntax>('proto2', 'proto3', 'editions')
const numbers = fc.shuffledSubarray([...NUMBERS, ...Array.from({ length: 30 }, (_, i) => i + 20)], { minLength: 36 })
const setting = fc
  .record({ syntax, numbers, wanted: fc.subarray([...PATHS, ...PATHS].map((path, i) => `${i < PATHS.length ? '#' : ''}${path}`)) })
  .map(({ syntax: form, numbers: list, wanted }) => {
    const descriptorSet = descriptorSetOf(schemaOf(list, form), form)
    const fields = wanted.map((path) => (path.startsWith('#') ? bound(path.slice(1)) : bound(path, CATEGORIES)))
    return {
      codec: createProtobufCodec({ descriptorSet, message: 't.Record', answerNumber: 19_999 }),
      type: loadMessageType(descriptorSet, 't.Record').message,
      fields,
    }
  })

describe('Rows are what protobuf\u2019s own library reads', () => {
  test('from any schema and any bytes that an encoder may write', () => {
    fc.assert(
      fc.property(
        setting.chain((made) => fc.tuple(fc.constant(made), fc.array(messageBytes(made.type), { minLength: 1, maxLength: 6 }))),
        ([{ codec, type, fields }, records]) => {
          const { rows } = readRows(codec, fields, batchOf(records))
          expect(rows).toEqual(records.map((bytes) => expectedRow(type, bytes, fields)))
        },
      ),
      { numRuns: 100 },
    )
  })

  test('cut off at any byte a record is rejected, or is the shorter one that the library reads too', () => {
    const all = [...PATHS.map((path) => bound(path)), ...PATHS.map((path) => bound(path, CATEGORIES))]
    fc.assert(
      fc.property(
        setting.chain((made) => fc.tuple(fc.constant(made), messageBytes(made.type))),
        ([{ codec, type }, whole]) => {
          const cuts = Array.from({ length: whole.length }, (_, length) => whole.subarray(0, length))
          const { rows } = readRows(codec, all, batchOf(cuts))
          const expected = cuts.map((bytes) => expectedRow(type, bytes, all))
          expect(rows.map((row) => (row instanceof SluiceError ? undefined : row))).toEqual(expected)
          expect(rows.filter((row) => row instanceof SluiceError && row.code !== 'record.protobuf.malformed')).toEqual([])
        },
      ),
      { numRuns: 20 },
    )
  })

  test('or are rejected with a code where bytes were changed, and leave nothing in the rows after them', () => {
    const all = [...PATHS.map((path) => bound(path)), ...PATHS.map((path) => bound(path, 'category', { open: true }))]
    const change = fc.record({ at: fc.nat(), byte: fc.nat(255) })
    fc.assert(
      fc.property(
        setting.chain((made) => fc.tuple(fc.constant(made), messageBytes(made.type), messageBytes(made.type))),
        fc.array(change, { minLength: 1, maxLength: 5 }),
        fc.uint8Array({ maxLength: 30 }),
        ([{ codec }, bytes, next], changes, noise) => {
          const broken = bytes.slice()
          for (const { at, byte } of changes) if (broken.length > 0) broken[at % broken.length] = byte
          const reader = codec.reader(all)
          const alone = readRowsWith({ reader, fields: all }, batchOf([next])).rows[0]
          const { rows } = readRowsWith({ reader, fields: all }, batchOf([broken, next, noise, next]))
          expect([rows[1], rows[3]]).toEqual([alone, alone])
          const codes = [rows[0], rows[2]].flatMap((row) => (row instanceof SluiceError ? [row.code] : []))
          expect(codes.filter((code) => !['record.protobuf.malformed', 'record.protobuf.wire-type'].includes(code))).toEqual([])
        },
      ),
      { numRuns: 80 },
    )
  })
})

describe('The tutorial\u2019s wine record', () => {
  const schema: Schema = {
    WineRecord: [
      ...WINE_FIELDS.map((name, i) => ({ name, number: i + 1, type: 'double' })),
      { name: 'dataType', number: 12, type: 'string' },
      { name: 'ts', number: 13, type: 'int64' },
    ],
  }
  const codec = createProtobufCodec({ descriptorSet: descriptorSetOf(schema, 'proto3'), message: 't.WineRecord' })
  const fields = [...WINE_FIELDS.map((name) => bound(name)), bound('dataType', ['wine']), bound('ts')]

  test('is read from its bytes, written by hand', () => {
    // Each double: its tag (number * 8 + 1) and eight bytes; "wine" under tag 12 * 8 + 2; -1 under tag 13 * 8 in ten bytes.
    const values = [7.4, 0.7, 0, 1.9, 0.076, 11, 34, 0.9978, 3.51, 0.56, 9.4]
    const doubles = values.map((value, i) => {
      const bytes = Buffer.alloc(9)
      bytes[0] = (i + 1) * 8 + 1
      bytes.writeDoubleLE(value, 1)
      return bytes
    })
    const record = Buffer.concat([...doubles, Buffer.from([0x62, 4]), Buffer.from('wine'), Buffer.from('68ffffffffffffffffff01', 'hex')])
    expect(readRows(codec, fields, batchOf([record])).rows).toEqual([[...values, ['wine'], -1]])
  })

  test('has its defaults where its fields are absent, and no data type', () => {
    expect(readRows(codec, fields, batchOf([new Uint8Array(0)])).rows).toEqual([[...WINE_FIELDS.map(() => 0), 'missing', 0]])
  })
})

describe('Broken records', () => {
  const schema: Schema = {
    R: [
      { name: 'x', number: 1, type: 'double' },
      { name: 'i', number: 2, type: 'int32' },
      { name: 'text', number: 3, type: 'string' },
      { name: 'inner', number: 4, type: 'I' },
      { name: 'group', number: 5, type: 'I', delimited: true },
      { name: 'other', number: 6, type: 'double' },
    ],
    I: [{ name: 'y', number: 1, type: 'sint64' }],
  }
  const codec = createProtobufCodec({ descriptorSet: descriptorSetOf(schema, 'editions'), message: 't.R' })
  const fields = ['x', 'i', 'text', 'inner.y', 'group.y'].map((path) => bound(path))

  const codeOf = (hex: string): string => {
    const [row] = readRows(codec, fields, batchOf([Buffer.from(hex.replaceAll(' ', ''), 'hex'), '\u0010\u0007'])).rows
    return row instanceof SluiceError ? row.code : JSON.stringify(row)
  }

  test.each([
    ['a field number of zero', '00 01'],
    ['a tag that ends too early', '90'],
    ['a tag beyond 32 bits', '9080808080 01 00'],
    ['a varint of eleven bytes', '10 ffffffffffffffffffff 01'],
    ['a varint that ends too early', '10 80'],
    ['no varint at all', '10'],
    ['a double that ends too early', '09 00000000000000'],
    ['a text that is longer than the record', '1a 05 61'],
    ['a text of four billion bytes', '1a ffffffff0f 61'],
    ['a text without a length', '1a'],
    ['a message that ends beyond the record', '22 05 0802'],
    ['a message whose field ends beyond it', '22 02 0880 01'],
    ['a group without an end', '2b 0802'],
    ['a group with the end of another', '2b 0802 34'],
    ['an end without a group', '34'],
    ['a group whose end is overlong', '2b 0802 ac00'],
    ['groups in groups without an end', '73'.repeat(5000)],
    ['a wire type that protobuf has not', '3e 00'],
    ['a field of zero in a group that nobody wants', '73 00 01 74'],
  ])('with %s are malformed', (_, hex) => {
    expect(codeOf(hex)).toBe('record.protobuf.malformed')
  })

  test('with a wanted field of another wire type say which, in a nested message too', () => {
    const problemOf = (hex: string): unknown => readRows(codec, fields, batchOf([Buffer.from(hex, 'hex')])).rows[0]
    expect(problemOf('0801')).toMatchObject({
      code: 'record.protobuf.wire-type',
      message: "field 'x' of t.R has another wire type than its declared type",
      details: { field: 'x' },
    })
    expect(problemOf('22020a00')).toMatchObject({ details: { field: 'inner.y' } })
    expect(problemOf('220208022b0a002c')).toMatchObject({ details: { field: 'group.y' } })
    expect(problemOf('1202ffff')).toMatchObject({ details: { field: 'i' } })
  })

  test('with another wire type of a field that nobody wants are read', () => {
    expect(codeOf('3001 1007')).toBe(JSON.stringify([0, 7, 'missing', 'missing', 'missing']))
  })

  test('with groups 32 deep are read, and deeper ones are not', () => {
    const nested = (depth: number): string => '73'.repeat(depth) + '74'.repeat(depth)
    expect(codeOf(nested(32))).toContain('missing')
    expect(codeOf(nested(33))).toBe('record.protobuf.malformed')
  })
})

describe('Messages', () => {
  const schema: Schema = {
    R: [
      { name: 'x', number: 1, type: 'double' },
      { name: 'text', number: 2, type: 'string' },
      { name: 'kind', number: 3, type: 'enum' },
      { name: 'some_name', number: 4, type: 'int32' },
      { name: 'inner', number: 5, type: 'I' },
      { name: 'list', number: 6, type: 'int32', repeated: true },
    ],
    I: [{ name: 'y', number: 1, type: 'int32' }],
  }
  const codec: Codec = createProtobufCodec({ descriptorSet: descriptorSetOf(schema, 'proto3'), message: 't.R' })
  const textsOf = (value: Uint8Array, ...fields: BoundField[]): (string | undefined)[] => {
    const { frame } = readRows(codec, fields, batchOf([value]))
    return fields.map((_, column) => frame.text(0, column))
  }

  test('are shown in messages by what they hold', () => {
    const value = codec.encode({ x: 1.5, text: 'high', kind: 'FAR', someName: 7, inner: { y: -3 } })
    const fields = [
      bound('x'),
      bound('text'),
      bound('kind'),
      bound('n', 'number', { path: 'someName' }),
      bound('inner.y'),
      bound('none', 'number', { path: undefined }),
    ]
    expect(textsOf(value, ...fields)).toEqual(['1.5', 'high', 'FAR', '7', '-3', undefined])
  })

  test('of which a part can\u2019t be read have no text, and no structured value', () => {
    // Field 6 is packed, and its varint is cut off; no column wants it.
    const { rows, frame } = readRows(codec, [bound('x')], batchOf([Buffer.from('320180', 'hex')]))
    expect(rows).toEqual([[0]])
    expect(frame.text(0, 0)).toBeUndefined()
    expect(() => frame.value(0)).toThrow(expect.objectContaining({ code: 'record.protobuf.malformed' }))
  })

  test('are there as a whole for inputs that want a structured value', () => {
    const fields = [bound('list', 'value'), bound('inner', 'value'), bound('x')]
    const { rows, frame } = readRows(codec, fields, batchOf([codec.encode({ list: [1, 2], x: 3 })]))
    expect(rows).toEqual([['present', 'present', 3]])
    expect(frame.value(0)).toEqual({ x: 3, text: '', kind: 'NONE', some_name: 0, list: [1, 2] })
  })

  test('an open dictionary learns what records hold, and no default that they do not have', () => {
    const kind = bound('kind', 'category', { open: true })
    const records = [{ kind: 'FAR' }, { kind: 'SAME' }, {}, { kind: 'FAR' }].map((record) => codec.encode(record))
    expect(readRows(codec, [kind], batchOf(records)).rows).toEqual([[['FAR']], [['ONE']], [['NONE']], [['FAR']]])
    expect(kind.field.dictionary!.texts).toEqual(['FAR', 'ONE', 'NONE'])
    expect(KINDS.SAME).toBe(KINDS.ONE)
  })

  test('a field that the schema lacks, or that is no single value, is refused when the reader is made', () => {
    const problem = (path: string): unknown => {
      try {
        return codec.reader([bound('input', 'number', { path })])
      } catch (error) {
        return error
      }
    }
    expect(problem('no')).toMatchObject({
      code: 'codec.schema.invalid',
      message: "t.R has no field 'no'; it has x, text, kind, some_name, inner.y, list",
    })
    expect(problem('inner')).toMatchObject({ message: "field 'inner' of t.R is a message; a model input needs a single value" })
    expect(problem('list')).toMatchObject({ message: "field 'list' of t.R is a list; a model input needs a single value" })
    expect(problem('x.y')).toMatchObject({ code: 'codec.schema.invalid' })
  })
})
