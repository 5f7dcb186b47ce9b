import { describe, expect, test } from 'vitest'
import { Dictionary } from '../../core/dictionary.ts'
import type { SluiceError } from '../../core/errors.ts'
import { Outcomes } from '../../core/outcomes.ts'
import { batchOf } from '../../core/testing/batch-of.ts'
import { answersOf } from '../testing/answer-of.ts'
import { avscType } from '../testing/avro-values.ts'
import { bound, INVALID, MISSING, readRows, type Row } from '../testing/read-rows.ts'
import { createAvroCodec } from './avro-codec.ts'

function record(fields: Readonly<Record<string, unknown>>, name = 'Record'): string {
  return JSON.stringify({ type: 'record', name, fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })) })
}

function rowsOf(schema: string, values: readonly Uint8Array[], fields: readonly ReturnType<typeof bound>[]): (Row | SluiceError)[] {
  return readRows(createAvroCodec({ schema }), fields, batchOf(values)).rows
}

describe('logical types', () => {
  const decimal = { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 2 }
  // By hand, from the specification: unscaled value big-endian two's complement; ints zig-zag.
  test.each<[string, unknown, readonly number[], number | string, string]>([
    ['a decimal', decimal, [4, 0x04, 0xd2], 12.34, '12.34'],
    ['a negative decimal', decimal, [2, 0xce], -0.5, '-0.50'],
    [
      'a decimal of many bytes',
      decimal,
      [16, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      Number('92233720368547758.07'),
      '92233720368547758.07',
    ],
    ['a decimal without bytes', decimal, [0], INVALID, INVALID],
    ['a fixed decimal', { ...decimal, type: 'fixed', name: 'D', size: 3, precision: 5 }, [0xff, 0xff, 0xfe], -0.02, '-0.02'],
    ['a date', { type: 'int', logicalType: 'date' }, [0xc0, 0xb5, 0x02], 19808, '2024-03-26'],
    ['a date before the epoch', { type: 'int', logicalType: 'date' }, [1], -1, '1969-12-31'],
    ['a timestamp', { type: 'long', logicalType: 'timestamp-millis' }, [0xd0, 0x0f], 1000, '1970-01-01T00:00:01.000Z'],
    ['a local timestamp of microseconds', { type: 'long', logicalType: 'local-timestamp-micros' }, [1], -1, '1969-12-31T23:59:59.999999'],
    ['a time', { type: 'int', logicalType: 'time-millis' }, [0xd0, 0x0f], 1000, '00:00:01.000'],
    [
      'a uuid of 16 bytes',
      { type: 'fixed', name: 'U', size: 16, logicalType: 'uuid' },
      Array.from({ length: 16 }, (_, i) => i),
      INVALID,
      '00010203-0405-0607-0809-0a0b0c0d0e0f',
    ],
    ['a logical type that does not fit', { type: 'string', logicalType: 'date' }, [2, 0x37], 7, '7'],
  ])('%s', (_, type, bytes, number, text) => {
    const fields = [bound('x'), bound('x', 'category', { open: true })]
    const row = rowsOf(record({ x: type }), [Uint8Array.from(bytes)], fields)[0]
    expect(row).toEqual([number, text === INVALID ? INVALID : [text]])
  })

  test('from JSON they may be written as people write them, and come back as numbers', () => {
    const schema = record({
      price: ['null', decimal],
      day: { type: 'int', logicalType: 'date' },
      at: { type: 'long', logicalType: 'timestamp-micros' },
      clock: { type: 'long', logicalType: 'time-micros' },
      id: { type: 'string', logicalType: 'uuid' },
    })
    const codec = createAvroCodec({ schema })
    const id = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'
    const value = codec.encode({ price: -1234.5, day: '1970-01-03', at: '1970-01-01T01:00:00.5+01:00', clock: '00:00:01', id })
    expect(codec.decode(value)).toEqual({ price: -1234.5, day: 2, at: 500_000, clock: 1_000_000, id })
    expect(() => codec.encode({ price: 0.001, day: 1, at: 1, clock: 1, id })).toThrow(
      expect.objectContaining({ code: 'record.feature.invalid', message: expect.stringContaining("field 'price' is 0.001") as string }),
    )
  })
})

describe('longs', () => {
  test('beyond 2^53 are rounded once in rows and exact in records', () => {
    const schema = record({ x: 'long' })
    const values = [2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n, -(2n ** 53n) - 3n]
    const bytes = values.map((x) => avscType(JSON.parse(schema)).toBuffer({ x }))
    expect(rowsOf(schema, bytes, [bound('x')])).toEqual(values.map((x) => [Number(x)]))
    const codec = createAvroCodec({ schema })
    expect(bytes.map((one) => (codec.decode(one) as { x: bigint }).x)).toEqual(values)
    expect(codec.encode({ x: '9223372036854775807' })).toEqual(new Uint8Array(bytes[2]!))
  })
})

describe('records from JSON', () => {
  const schema = JSON.stringify({
    type: 'record',
    name: 'shop.Order',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'note', type: ['null', 'string'] },
      { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['NEW', 'OLD'] }, default: 'NEW' },
      { name: 'customer', type: { type: 'record', name: 'Customer', fields: [{ name: 'age', type: ['null', 'int'] }] } },
    ],
  })

  test('take defaults, nulls and values without the names of their types', () => {
    const codec = createAvroCodec({ schema })
    const value = codec.encode({ id: '7', customer: { age: 3 } })
    expect(codec.decode(value)).toEqual({ id: 7, note: null, kind: 'NEW', customer: { age: 3 } })
    expect(codec.schema).toEqual([
      { path: 'id', type: 'number' },
      { path: 'note', type: 'text' },
      { path: 'kind', type: 'text' },
      { path: 'customer.age', type: 'number' },
    ])
    const [row] = rowsOf(schema, [value], [bound('customer.age'), bound('kind', ['OLD', 'NEW']), bound('note', 'category'), bound('id')])
    expect(row).toEqual([3, ['NEW'], MISSING, 7])
  })

  test.each<[Record<string, unknown>, string]>([
    [{ id: 1.5, customer: {} }, "field 'id' is 1.5; it must be a long"],
    [{ id: 1 }, "field 'customer' is absent; shop.Order needs a shop.Customer"],
    [{ id: 1, customer: { age: 3_000_000_000 } }, "field 'customer.age' is 3000000000; it must be one of null, int"],
    [{ id: 1, customer: {}, kind: 'X' }, 'field \'kind\' is "X"; it must be one of NEW, OLD'],
    [{ id: 1, customer: {}, idd: 1 }, "shop.Order has no field 'idd'; it has id, note, kind, customer"],
  ])('%o is refused with the field', (value, message) => {
    expect(() => createAvroCodec({ schema }).encode(value)).toThrow(
      expect.objectContaining({ code: 'record.feature.invalid', message: `the record is not a shop.Order: ${message}` }),
    )
  })

  test('that are nested in unions take time in proportion to their size', () => {
    const node = { type: 'record', name: 'Node', fields: [{ name: 'next', type: ['null', 'Node'] }] }
    const codec = createAvroCodec({ schema: JSON.stringify(node) })
    let value: Record<string, unknown> = { next: null }
    for (let i = 0; i < 25; i++) value = { next: value }
    expect(codec.decode(codec.encode(value))).toEqual(value)
    for (let i = 0; i < 100; i++) value = { next: value }
    expect(() => codec.encode(value)).toThrow(expect.objectContaining({ code: 'record.feature.invalid' }))
  })
})

describe('hostile bytes', () => {
  const node = { type: 'record', name: 'Node', fields: [{ name: 'next', type: ['null', 'Node'] }] }
  test.each<[string, unknown, readonly number[]]>([
    ['a text of 2^62 bytes', 'string', [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['a text of a negative length', 'string', [1]],
    ['an array of 2^62 items', { type: 'array', items: 'int' }, [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0]],
    ['an array of 2^62 nulls that never ends', { type: 'array', items: 'null' }, [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['a block of 2^62 bytes', { type: 'array', items: 'int' }, [1, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0]],
    ['a number without an end', 'long', Array.from({ length: 11 }, () => 0xff)],
    ['an int of 33 bits', 'int', [0x80, 0x80, 0x80, 0x80, 0x20]],
    ['a branch that is not there', ['null', 'int'], [4]],
    ['a symbol that is not there', { type: 'enum', name: 'E', symbols: ['A'] }, [2]],
    ['a boolean of 2', 'boolean', [2]],
    ['records in records, 100,000 deep', node, Array.from({ length: 100_000 }, () => 2)],
  ])('%s is rejected, whether it is wanted or not', (_, type, bytes) => {
    const schema = record({ x: type, y: ['null', 'int'] })
    for (const fields of [[], [bound('y')]]) {
      const [row] = rowsOf(schema, [Uint8Array.from(bytes)], fields)
      expect(row).toMatchObject({ code: 'record.avro.malformed' })
    }
    const codec = createAvroCodec({ schema })
    expect(() => codec.decode(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code: 'record.avro.malformed' }))
  })

  test('a block that says its size must have it', () => {
    const schema = record({ x: { type: 'array', items: 'int' }, y: 'int' })
    // Two items of one byte each, in a block of two bytes, and of three.
    const bytes = (size: number): Uint8Array => Uint8Array.of(3, size, 2, 4, 0, 10)
    expect(rowsOf(schema, [bytes(4)], [bound('y')])).toEqual([[5]])
    expect(createAvroCodec({ schema }).decode(bytes(4))).toEqual({ x: [1, 2], y: 5 })
    expect(rowsOf(schema, [bytes(6), bytes(2)], [bound('y')])).toMatchObject([
      { code: 'record.avro.malformed' },
      { code: 'record.avro.malformed' },
    ])
    expect(() => createAvroCodec({ schema }).decode(bytes(6))).toThrow(expect.objectContaining({ code: 'record.avro.malformed' }))
  })

  test('2^62 nulls take no time to pass, and are not made into a list', () => {
    const schema = record({ x: { type: 'array', items: 'null' }, y: 'int' })
    const bytes = Uint8Array.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 4])
    expect(rowsOf(schema, [bytes], [bound('y')])).toEqual([[2]])
    expect(() => createAvroCodec({ schema }).decode(bytes)).toThrow(expect.objectContaining({ code: 'record.avro.malformed' }))
  })
})

describe('answers', () => {
  const schema = record({ x: 'double' }, 'ns.Wine')
  const codec = createAvroCodec({ schema })
  const value = codec.encode({ x: 1.5 })
  const reader = avscType(JSON.parse(codec.answerSchema!))

  test('are the record and one more field, as the schema of answers has it', () => {
    const outputs = [
      { name: 'p', type: 'number' as const },
      { name: 'q', type: 'number' as const },
      { name: 'l', type: 'label' as const, dictionary: new Dictionary(['bad', 'good']) },
    ]
    const [one, two] = answersOf(codec, outputs, [
      { record: value, values: [0.25, Number.NaN, 1] },
      { record: value, values: [-0, 3, -1] },
    ])
    const model = 'wi"ne@1.2'
    const fields = { score: { double: 0.25 }, label: null, model, outputs: {}, labels: { l: 'good' } }
    expect(JSON.parse(JSON.stringify(reader.fromBuffer(Buffer.from(one!))))).toEqual({ x: 1.5, answer: fields })
    expect(codec.decode(two!)).toEqual({ x: 1.5, answer: { score: -0, label: null, model, outputs: { q: 3 }, labels: {} } })
    // Who does not know the field reads the record as it came.
    expect(one!.subarray(0, value.length)).toEqual(value)
  })

  test('that are labels are so', () => {
    const outputs = [{ name: 'l', type: 'label' as const, dictionary: new Dictionary(['bad', 'good']) }]
    const [answer] = answersOf(codec, outputs, [{ record: value, values: [1] }])
    expect(codec.decode(answer!)).toMatchObject({ answer: { score: null, label: 'good' } })
  })

  test('of a record that was answered before declare the type once, and need another field', () => {
    expect(() => createAvroCodec({ schema: codec.answerSchema! })).toThrow(expect.objectContaining({ code: 'codec.schema.invalid' }))
    const second = createAvroCodec({ schema: codec.answerSchema!, answerField: 'second' })
    expect(() => avscType(JSON.parse(second.answerSchema!))).not.toThrow()
  })
})

describe('the data type', () => {
  test('is a text or an enum at a path, and nothing after it is looked at', () => {
    const kind = { type: 'enum', name: 'K', symbols: ['wine', 'beer'] }
    const schema = record({
      x: 'long',
      order: { type: 'record', name: 'O', fields: [{ name: 'kind', type: ['null', 'string', kind] }] },
      z: 'double',
    })
    const dataTypes = new Dictionary()
    const reader = createAvroCodec({ schema }).dataTypeReader('order.kind', dataTypes)
    const batch = batchOf([
      Uint8Array.of(2, 4, 2),
      Uint8Array.of(2, 2, 8, 0x77, 0x69, 0x6e, 0x65),
      Uint8Array.of(2, 0),
      Uint8Array.of(2, 2, 0),
      Uint8Array.of(2),
      Uint8Array.of(2, 2, 2, 0xff),
    ])
    const outcomes = new Outcomes()
    outcomes.reset(batch.count)
    const types = new Int32Array(batch.count)
    reader.read(batch, types, outcomes)
    expect([dataTypes.text(types[0]!), dataTypes.text(types[1]!)]).toEqual(['beer', 'wine'])
    const codes = [2, 3, 4, 5].map((i) => outcomes.error(i)?.code)
    expect(codes).toEqual(['record.data-type.missing', 'record.data-type.missing', 'record.avro.malformed', 'record.data-type.missing'])
  })
})

describe('schemas that are refused', () => {
  const fields = (...list: unknown[]): string => JSON.stringify({ type: 'record', name: 'R', fields: list })
  test.each([
    ['{', 'it is not JSON'],
    ['"string"', 'it declares a string'],
    ['{"type":"record","name":"1x","fields":[]}', 'a record is called "1x"'],
    ['{"type":"record","name":"R"}', 'record R has no list of fields'],
    [fields({ name: 'a', type: 'S' }), "nothing declares the type 'S'"],
    [fields({ name: 'a', type: 'int' }, { name: 'a', type: 'int' }), "record R has the field 'a' twice"],
    [fields({ name: 'a', type: ['int', 'int'] }), "a union has the type 'int' twice"],
    [fields({ name: 'a', type: [] }), 'a union has no types'],
    [fields({ name: 'a', type: 'R' }), 'record R holds itself'],
    [fields({ name: 'a', type: { type: 'enum', name: 'E', symbols: ['A', 'A'] } }), 'enum E has no list'],
    [fields({ name: 'a', type: { type: 'fixed', name: 'F', size: -1 } }), 'fixed F has no size'],
    [`${'{"type":"array","items":'.repeat(30_000)}"int"${'}'.repeat(30_000)}`, 'it is nested more than 64 deep'],
  ])('for the reason in the message (%#)', (schema, problem) => {
    expect(() => createAvroCodec({ schema })).toThrow(
      expect.objectContaining({ code: 'codec.schema.invalid', message: expect.stringContaining(problem) as string }),
    )
  })

  test('paths that are not in the schema, or lead to no single value', () => {
    const codec = createAvroCodec({ schema: fields({ name: 'a', type: { type: 'array', items: 'int' } }) })
    expect(() => codec.reader([bound('b')])).toThrow("R has no field 'b'; it has a")
    expect(() => codec.reader([bound('a')])).toThrow("field 'a' of R is a array; a model input needs a single value")
    expect(() => codec.reader([bound('a', 'value')])).not.toThrow()
  })

  test('two to the power of sixty paths through a schema do not have to be walked', () => {
    let type: unknown = 'int'
    for (let i = 0; i < 60; i++)
      type = {
        type: 'record',
        name: `R${i}`,
        fields: [
          { name: 'a', type },
          { name: 'b', type: i === 0 ? 'int' : `R${i - 1}` },
        ],
      }
    expect(createAvroCodec({ schema: JSON.stringify(type) }).schema!.length).toBeGreaterThan(0)
  })
})
