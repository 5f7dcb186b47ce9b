import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_DATA_TYPES } from '../../core/codec.ts'
import { Dictionary, LONGEST_LEARNED } from '../../core/dictionary.ts'
import { Outcomes } from '../../core/outcomes.ts'
import { batchOf } from '../../core/testing/batch-of.ts'
import { expectedRow } from '../testing/expected-row.ts'
import { messageBytes } from '../testing/proto-bytes.ts'
import { descriptorSetOf, SCALARS, type Schema } from '../testing/proto-schema.ts'
import { bound, MISSING as NOTHING } from '../testing/read-rows.ts'
import { loadMessageType } from './message-type.ts'
import { createProtobufCodec } from './protobuf-codec.ts'

const MISSING = 'record.data-type.missing'
const MALFORMED = 'record.protobuf.malformed'
const WRONG_TYPE = 'record.protobuf.wire-type'

function schema(number: number): Schema {
  return {
    R: [
      ...SCALARS.map((type, i) => ({ name: `s_${type}`, number: i + 20, type })),
      { name: 'kind', number, type: 'string' },
      { name: 'raw', number: 3, type: 'bytes' },
      { name: 'x', number: 4, type: 'double' },
      { name: 'inner', number: 5, type: 'I' },
    ],
    I: [{ name: 'kind', number: 1, type: 'string' }],
  }
}

function codecOf(number = 12): ReturnType<typeof createProtobufCodec> {
  return createProtobufCodec({ descriptorSet: descriptorSetOf(schema(number), 'proto3'), message: 't.R' })
}

/** Per record its data type, or the code of its rejection. */
function read(records: readonly Uint8Array[], { codec = codecOf(), path = 'kind', dataTypes = new Dictionary() } = {}): string[] {
  const batch = batchOf(records)
  const outcomes = new Outcomes()
  outcomes.reset(batch.count)
  const types = new Int32Array(batch.count).fill(-9)
  codec.dataTypeReader(path, dataTypes).read(batch, types, outcomes)
  return Array.from(types, (type, i) => outcomes.error(i)?.code ?? (type < 0 ? String(type) : dataTypes.text(type)))
}

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex')

test('the data type is the text of the field, the last where it stands several times', () => {
  expect(read([hex('62 04 77696e65'), hex('62 01 61 21 0000000000000000 62 04 77696e65')])).toEqual(['wine', 'wine'])
  expect(read([hex('1a 04 77696e65')], { path: 'raw' })).toEqual(['wine'])
})

test('a record without it, or with an empty one, or one that is no text, has no data type', () => {
  const long = Buffer.concat([hex('62 81 08'), Buffer.alloc(LONGEST_LEARNED + 1, 'x')])
  expect(read([hex(''), hex('62 00'), hex('62 01 61 62 00'), hex('62 02 fffe'), long, hex('2a 03 0a 01 61')])).toEqual(
    Array.from({ length: 6 }, () => MISSING),
  )
})

test('broken records are rejected, and a field of another wire type is told apart', () => {
  for (const bytes of ['62', '62 05 61', '62 ffffffff0f', '62 80', '00 01', '21 00', '22 05', '23', 'e2ffffffff7f 00', '0f', '62 01 61 90'])
    expect([bytes, read([hex(bytes)])]).toEqual([bytes, [MALFORMED]])
  expect(read([hex('60 01'), hex('61 0000000000000000'), hex('62 01 61 60 01')])).toEqual([WRONG_TYPE, WRONG_TYPE, WRONG_TYPE])
})

test('no more data types are learned than a stream may have', () => {
  const dataTypes = new Dictionary(Array.from({ length: MAX_DATA_TYPES }, (_, i) => `t${i}`))
  expect(read([hex('62 01 61'), hex('62 02 7437')], { dataTypes })).toEqual(['-1', 't7'])
})

test('a field that is no text at the top of the record is refused', () => {
  for (const path of ['x', 'inner', 'inner.kind', 'nothing'])
    expect(() => codecOf().dataTypeReader(path, new Dictionary())).toThrow(expect.objectContaining({ code: 'codec.schema.invalid' }))
})

test('in any message, whole or cut off, it is what protobuf\u2019s own library finds', () => {
  const cases = fc
    .constantFrom(1, 15, 16, 2047, 2048, 268435456, 536870911)
    .map((number) => ({ codec: codecOf(number), message: loadMessageType(descriptorSetOf(schema(number), 'proto3'), 't.R').message }))
  fc.assert(
    fc.property(
      cases.chain(({ codec, message }) => fc.tuple(fc.constant(codec), fc.constant(message), messageBytes(message))),
      fc.nat(),
      ([codec, message, whole], cut) => {
        const records = [whole, whole.subarray(0, cut % (whole.length + 1))]
        const expected = records.map((bytes) => {
          const dataTypes = ['red', '1.5', ' 2 ', 'NaN', '\uFEFFx']
          const row = expectedRow(message, bytes, [bound('kind', dataTypes)])
          return row === undefined ? MALFORMED : row[0] === NOTHING ? MISSING : row[0]![0 as never]
        })
        const found = read(records, { codec })
        // Texts that the reference's list lacks are -1 in it.
        expect(found.map((text, i) => (expected[i] === (-1 as never) && !text.startsWith('record.') ? -1 : text))).toEqual(expected)
      },
    ),
    { numRuns: 150 },
  )
})

test('random bytes have a data type or are rejected, and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      const [found, next] = read([bytes, hex('62 01 61')])
      expect(next).toBe('a')
      expect(found!.startsWith('record.') ? [MALFORMED, MISSING, WRONG_TYPE] : [found]).toContain(found)
    }),
    { numRuns: 1000 },
  )
})
