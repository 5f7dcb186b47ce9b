import { fromBinary } from '@bufbuild/protobuf'
import { type BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BoundField } from '../../core/codec.ts'
import type { SluiceError } from '../../core/errors.ts'
import { featureError } from '../../core/feature-error.ts'
import { FrameBuffer } from '../../core/frame.ts'
import { Outcomes } from '../../core/outcomes.ts'
import { batchOf } from '../../core/testing/batch-of.ts'
import { boundList } from '../testing/bound-list.ts'
import { bytesOf, messageBytes } from '../testing/proto-bytes.ts'
import { descriptorSetOf, type FieldSpec, SCALARS, type Syntax } from '../testing/proto-schema.ts'
import { bound, INVALID, MISSING, readRows, type Row } from '../testing/read-rows.ts'
import { loadMessageType } from './message-type.ts'
import { plainMessage } from './plain-message.ts'
import { createProtobufCodec } from './protobuf-codec.ts'

const NUMERIC = SCALARS.filter((type) => type !== 'string' && type !== 'bytes')
const RECORD: readonly FieldSpec[] = [
  ...NUMERIC.map((type, i) => ({ name: `r_${type}`, number: i * 7 + 3, type, repeated: true })),
  { name: 'single', number: 200, type: 'double' },
  { name: 'texts', number: 201, type: 'string', repeated: true },
  { name: 'inner', number: 202, type: 'Inner' },
  { name: 'c_inner', number: 203, type: 'Inner', oneof: 'choice' },
  { name: 'c_other', number: 204, type: 'double', oneof: 'choice' },
]
const SCHEMA = { Record: RECORD, Inner: [{ name: 'v', number: 1, type: 'float', repeated: true }] }

const codecOf = (syntax: Syntax) => createProtobufCodec({ descriptorSet: descriptorSetOf(SCHEMA, syntax), message: 't.Record' })
const codec = codecOf('proto3')
const INNER = 202
const FLOATS = RECORD.find(({ name }) => name === 'r_float')!.number

/** Floats of field `number`, in one piece, or each by itself. */
function floats(number: number, values: readonly number[], packed = true): Uint8Array {
  return bytesOf((writer) => {
    if (!packed) for (const value of values) writer.tag(number, WireType.Bit32).float(value)
    else {
      writer.tag(number, WireType.LengthDelimited).fork()
      for (const value of values) writer.float(value)
      writer.join()
    }
  })
}

const join = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts)
const inner = (number: number, bytes: Uint8Array): Uint8Array =>
  bytesOf((writer: BinaryWriter) => void writer.tag(number, WireType.LengthDelimited).bytes(bytes))
const all = (cell: string, size: number): Row => Array.from({ length: size }, () => cell)

describe('a repeated field that feeds a vector', () => {
  test('is read in one piece, value by value, and in several pieces of both', () => {
    const pieces = [
      floats(FLOATS, [1, 2, 3, 4]),
      floats(FLOATS, [1, 2, 3, 4], false),
      join(floats(FLOATS, [1]), floats(FLOATS, [2, 3], false), floats(FLOATS, [4])),
    ]
    expect(readRows(codec, boundList('r_float', [2, 2]), batchOf(pieces)).rows).toEqual(pieces.map(() => [1, 2, 3, 4]))
  })

  test('of floats alone is read as floats, and with another field as doubles', () => {
    const frame = new FrameBuffer()
    const outcomes = new Outcomes()
    const batch = batchOf([floats(FLOATS, [1, 0.1, 3, 4])])
    const read = (fields: readonly BoundField[]): void => {
      outcomes.reset(1)
      codec.reader(fields).read(batch, Int32Array.of(0), 1, frame, outcomes)
    }
    read(boundList('r_float', [2, 2]))
    expect([...frame.floats!.subarray(0, 4)]).toEqual([1, Math.fround(0.1), 3, 4])
    read([...boundList('r_float', [4]), bound('single', 'number')])
    expect(frame.floats).toBe(undefined)
    expect([...frame.matrix.subarray(0, 5)]).toEqual([1, Math.fround(0.1), 3, 4, 0])
  })

  test('is missing where it is empty or absent, and invalid where its length is another', () => {
    const records = [new Uint8Array(0), floats(FLOATS, []), floats(FLOATS, [1]), floats(FLOATS, [1, 2, 3]), floats(FLOATS, [1, 2])]
    expect(readRows(codec, boundList('r_float', [2]), batchOf(records)).rows).toEqual([
      all(MISSING, 2),
      all(MISSING, 2),
      all(INVALID, 2),
      all(INVALID, 2),
      [1, 2],
    ])
  })

  test('in another message goes on where the message stands twice, and ends with its oneof', () => {
    const values = inner(INNER, floats(1, [1]))
    expect(readRows(codec, boundList('v', [2], { path: 'inner.v' }), batchOf([join(values, values)])).rows).toEqual([[1, 1]])
    const chosen = inner(203, floats(1, [1]))
    const other = bytesOf((writer) => void writer.tag(204, WireType.Bit64).double(1))
    const records = [join(chosen, other), join(chosen, other, chosen), chosen]
    expect(readRows(codec, boundList('v', [1], { path: 'c_inner.v' }), batchOf(records)).rows).toEqual([[MISSING], [1], [1]])
  })

  test('a piece that holds no whole number of values is malformed, and what follows is read as ever', () => {
    const cut = inner(FLOATS, Uint8Array.of(1, 2, 3, 4, 5))
    const varint = inner(RECORD.find(({ name }) => name === 'r_int64')!.number, Uint8Array.of(1, 128))
    const fields = [...boundList('r_float', [1]), ...boundList('r_int64', [2])]
    const { rows } = readRows(codec, fields, batchOf([cut, varint, floats(FLOATS, [7])]))
    expect(rows).toMatchObject([{ code: 'record.protobuf.malformed' }, { code: 'record.protobuf.malformed' }, [7, MISSING, MISSING]])
  })

  test('values of another wire type are named', () => {
    const record = bytesOf((writer) => void writer.tag(FLOATS, WireType.Bit64).double(1))
    expect(readRows(codec, boundList('r_float', [1]), batchOf([record])).rows).toMatchObject([
      { code: 'record.protobuf.wire-type', message: "field 'r_float' of t.Record has another wire type than its declared type" },
    ])
  })

  test('only lists of numbers can feed one', () => {
    for (const path of ['single', 'texts', 'inner'])
      expect(() => codec.reader(boundList('x', [2], { path }))).toThrow(`field '${path}' of t.Record is no list of numbers`)
    expect(codec.schema!.filter(({ type }) => type === 'numbers').map(({ path }) => path)).toEqual([
      ...NUMERIC.map((type) => `r_${type}`),
      'inner.v',
      'c_inner.v',
    ])
  })

  test.each([
    [
      floats(FLOATS, [1, 2, 3]),
      'record.feature.invalid',
      "'r_float' has 3 values; the model needs a list of 4 numbers, or lists of 2 by 2",
    ],
    [floats(FLOATS, []), 'record.feature.missing', "'r_float' is absent; the model needs a list of 4 numbers, or lists of 2 by 2"],
  ])('what is wrong is said of the list as a whole (%#)', (record, code, message) => {
    const { frame } = readRows(codec, boundList('r_float', [2, 2]), batchOf([record]))
    const error: SluiceError = featureError(frame, 0, 0)
    expect({ code: error.code, message: error.message }).toEqual({ code, message: `feature ${message}` })
  })
})

test('single values of a list are read by their place', () => {
  const fields = [
    bound('a', 'number', { path: 'r_float', list: { at: 2 } }),
    bound('single'),
    bound('b', 'number', { path: 'r_float', list: { at: 0 } }),
  ]
  const records = [floats(FLOATS, [1, 2, 3, 4]), floats(FLOATS, [1, 2], false), new Uint8Array(0)]
  expect(readRows(codec, fields, batchOf(records)).rows).toEqual([
    [3, 0, 1],
    [MISSING, 0, 1],
    [MISSING, 0, MISSING],
  ])
})

test('lists of all numeric types are as protobuf’s own library reads them', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: NUMERIC.length + 2, maxLength: NUMERIC.length + 2 })
  const paths = [...NUMERIC.map((type) => `r_${type}`), 'inner.v', 'c_inner.v']
  for (const syntax of ['proto2', 'proto3', 'editions'] as const) {
    const type = loadMessageType(descriptorSetOf(SCHEMA, syntax), 't.Record')
    const own = codecOf(syntax)
    fc.assert(
      fc.property(messageBytes(type.message), sizes, (bytes, wanted) => {
        const fields = paths.flatMap((path, i) => boundList(path, [wanted[i]!]))
        const plain = plainMessage(fromBinary(type.message, bytes), type.message)
        const expected = paths.flatMap((path, i): Row => {
          const list = path.split('.').reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], plain)
          const values = ((list ?? []) as unknown[]).map(Number)
          const size = wanted[i]!
          return values.length === size ? values : all(values.length === 0 ? MISSING : INVALID, size)
        })
        expect(readRows(own, fields, batchOf([bytes])).rows).toEqual([expected])
      }),
      { numRuns: 150 },
    )
  }
})
