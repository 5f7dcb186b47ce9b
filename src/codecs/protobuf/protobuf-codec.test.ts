import { describe, expect, test } from 'vitest'
import { descriptorSetOf, type Schema } from '../testing/proto-schema.ts'
import { createProtobufCodec } from './protobuf-codec.ts'

const SCHEMA: Schema = {
  R: [
    { name: 'long', number: 1, type: 'int64' },
    { name: 'maybe', number: 2, type: 'double', optional: true },
    { name: 'kind', number: 3, type: 'enum' },
    { name: 'kinds', number: 4, type: 'enum', repeated: true },
    { name: 'inner', number: 5, type: 'I' },
    { name: 'inners', number: 6, type: 'I', repeated: true },
    { name: 'a', number: 7, type: 'string', oneof: 'choice' },
    { name: 'b', number: 8, type: 'int32', oneof: 'choice' },
    { name: '__proto__', number: 9, type: 'string' },
    { name: 'raw', number: 10, type: 'bytes' },
  ],
  I: [
    { name: 'long_name', number: 1, type: 'uint64' },
    { name: 'again', number: 2, type: 'I' },
  ],
}
const codec = createProtobufCodec({ descriptorSet: descriptorSetOf(SCHEMA, 'proto3'), message: 't.R' })

describe('A record in plain values', () => {
  test('has the schema\u2019s names, enums by name, and long integers exactly', () => {
    const record = {
      long: '9007199254740993',
      kind: 'FAR',
      kinds: ['ONE', 300, 77],
      inner: { longName: '18446744073709551615', again: {} },
      inners: [{}],
      b: 5,
      raw: 'AQI=',
    }
    expect(codec.decode(codec.encode(record))).toEqual({
      long: 9007199254740993n,
      kind: 'FAR',
      kinds: ['ONE', 'FAR', 77],
      inner: { long_name: 18446744073709551615n, again: { long_name: 0 } },
      inners: [{ long_name: 0 }],
      b: 5,
      ['__proto__']: '',
      raw: Uint8Array.of(1, 2),
    })
  })

  test('lacks what is not set, and has the defaults of what is always there', () => {
    const decoded = codec.decode(new Uint8Array(0)) as object
    expect(Object.entries(decoded)).toEqual([
      ['long', 0],
      ['kind', 'NONE'],
      ['kinds', []],
      ['inners', []],
      ['__proto__', ''],
      ['raw', new Uint8Array(0)],
    ])
    expect(codec.decode(codec.encode({ maybe: 0, a: '' }))).toMatchObject({ maybe: 0, a: '' })
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype)
  })

  test('that is not of the schema is refused with the field\u2019s name', () => {
    expect(() => codec.encode({ longer: 1 })).toThrow(
      expect.objectContaining({ code: 'record.feature.invalid', message: expect.stringContaining('longer') as string }),
    )
    expect(() => codec.encode({ long: 'x' })).toThrow(
      expect.objectContaining({ code: 'record.feature.invalid', message: expect.stringContaining('long') as string }),
    )
  })

  test('can\u2019t be made of bytes that are no message', () => {
    for (const bytes of [[8], [8, 0x80], [0x3a, 5], [74, 1, 0xff]])
      expect(() => codec.decode(Uint8Array.from(bytes))).toThrow(
        expect.objectContaining({ code: 'record.protobuf.malformed', scope: 'record' }),
      )
  })
})

describe('The schema', () => {
  test('lists fields in their declared order, nested ones by path and messages in themselves to a depth of eight', () => {
    const shown = codec.schema!.map(({ path, type }) => `${path} ${type}`)
    expect(shown.slice(0, 6)).toEqual([
      'long number',
      'maybe number',
      'kind text',
      'kinds other',
      'inner.long_name number',
      'inner.again.long_name number',
    ])
    expect(shown).toContain(`inner${'.again'.repeat(8)} other`)
    expect(shown.slice(-5)).toEqual(['inners other', 'a text', 'b number', '__proto__ text', 'raw other'])
  })

  test('of messages that hold each other many times over is listed to where it stays small', () => {
    const branches = Array.from({ length: 20 }, (_, i) => ({ name: `n${i}`, number: i + 1, type: 'N' }))
    const wide = createProtobufCodec({
      descriptorSet: descriptorSetOf({ N: [...branches, { name: 'x', number: 30, type: 'double' }] }, 'proto3'),
      message: 't.N',
    })
    expect(wide.schema!.length).toBeLessThanOrEqual(10_000)
    expect(wide.schema!.map(({ path }) => path)).toEqual(expect.arrayContaining(['x', 'n0.x', 'n19.n19.x']))
  })

  test('must be a descriptor set that has the message, and its imports', () => {
    const problem = (descriptorSet: Uint8Array, message: string): unknown => {
      try {
        return createProtobufCodec({ descriptorSet, message })
      } catch (error) {
        return error
      }
    }
    const set = descriptorSetOf(SCHEMA, 'proto3')
    expect(problem(set, 't.X')).toMatchObject({
      code: 'codec.schema.invalid',
      message: "the descriptor set has no message 't.X'; it has t.R, t.I",
    })
    expect(problem(new Uint8Array(0), 't.X')).toMatchObject({
      code: 'codec.schema.invalid',
      message: "the descriptor set has no message 't.X'; it has none",
    })
    expect(problem(set.subarray(0, 50), 't.R')).toMatchObject({ code: 'codec.schema.invalid' })
    expect(problem(Buffer.from('not a descriptor set'), 't.R')).toMatchObject({ code: 'codec.schema.invalid' })
  })
})
