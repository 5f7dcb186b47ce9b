import { describe, expect, test } from 'vitest'
import { type Batch, valueOf } from '../../core/batch.ts'
import type { Codec } from '../../core/codec.ts'
import { Dictionary } from '../../core/dictionary.ts'
import { encodeHeader } from '../../core/headers.ts'
import { Outcomes } from '../../core/outcomes.ts'
import { readRecordBatches } from '../../core/record-batch.ts'
import { RecordBatchWriter } from '../../core/record-batch-writer.ts'
import { Scores } from '../../core/scores.ts'
import { batchOf, recordOf } from '../../core/testing/batch-of.ts'
import { DESCRIPTOR } from '../testing/answer-of.ts'
import { avscType } from '../testing/avro-values.ts'
import { descriptorSetOf } from '../testing/proto-schema.ts'
import { bound, readRows, readRowsWith } from '../testing/read-rows.ts'
import { RegistryInMemory } from '../testing/registry-in-memory.ts'
import { createConfluentAvroCodec, createConfluentJsonCodec, createConfluentProtobufCodec, type RegistryUse } from './confluent-codec.ts'

const GUID = '01020304-0506-0708-090a-0b0c0d0e0f10'
const GUID_BYTES = Uint8Array.from([1, ...Array.from({ length: 16 }, (_, i) => i + 1)])

class ManualClock {
  time = 0
  now(): number {
    return this.time
  }
  monotonic(): number {
    return this.time
  }
}

function use(registry: RegistryInMemory, more: Partial<RegistryUse> = {}): RegistryUse {
  return { registry, clock: new ManualClock(), inputSubject: 'in-value', outputSubject: 'out-value', register: true, ...more }
}

function schemaOf(fields: readonly unknown[]): string {
  return JSON.stringify({ type: 'record', name: 'R', fields })
}

/** The wire format by hand: a byte 0, the number in four bytes, big-endian. */
function framed(id: number, payload: Uint8Array | string): Uint8Array {
  return Buffer.concat([Buffer.of(0, id >>> 24, (id >>> 16) & 255, (id >>> 8) & 255, id & 255), Buffer.from(payload)])
}

async function answers(codec: Codec, batch: Batch): Promise<Uint8Array[]> {
  await codec.prepare!(batch, true)
  const outputs = [{ name: 'score', type: 'number' as const }]
  const writer = codec.answerWriter(DESCRIPTOR, { inputs: [], outputs, score() {}, [Symbol.dispose]() {} })
  const scores = new Scores()
  scores.reset(outputs, batch.count)
  scores.values.fill(0.5, 0, batch.count)
  const out = new RecordBatchWriter(64)
  for (let i = 0; i < batch.count; i++) {
    out.startRecord(0)
    out.key(new Uint8Array(0), 0, -1)
    out.startValue()
    writer.write(batch, i, scores, i, out)
    out.endValue()
    out.startHeaders(0)
    out.endRecord()
  }
  const written = readRecordBatches(out.finish().slice(), { topic: 'out', partition: 0, from: 0n })
  return Array.from({ length: written.count }, (_, i) => valueOf(written, i)!)
}

const V1 = schemaOf([{ name: 'x', type: 'int' }])
const V2 = schemaOf([
  { name: 'name', type: 'string' },
  { name: 'x', type: 'long' },
  { name: 'y', type: 'double', default: 2.5 },
])
const v1 = avscType(JSON.parse(V1))
const v2 = avscType(JSON.parse(V2))

describe('Avro', () => {
  test('records of several schemas stand in one batch, and are read and answered each with its own', async () => {
    const registry = new RegistryInMemory()
    const [one, two] = [registry.add('in-value', { language: 'AVRO', text: V1 }), registry.add('in-value', { language: 'AVRO', text: V2 })]
    registry.guids.set(GUID, two)
    const codec = await createConfluentAvroCodec(use(registry), {})
    expect(codec.schema!.map(({ path }) => path)).toEqual(['name', 'x', 'y'])
    const second = v2.toBuffer({ name: 'a', x: 7n, y: 1 })
    const header = encodeHeader('__value_schema_id', GUID_BYTES)
    const batch = batchOf([
      framed(one, v1.toBuffer({ x: 5 })),
      framed(two, second),
      recordOf(second, { headers: [encodeHeader('other', 'x'), header] }),
      recordOf(v1.toBuffer({ x: 6 }), { headers: [encodeHeader('__value_schema_id', Buffer.of(0, 0, 0, 0, one))] }),
    ])
    await codec.prepare!(batch, true)
    expect(codec.prepare!(batch, true)).toBeUndefined()
    expect(readRows(codec, [bound('x'), bound('y')], batch).rows).toEqual([
      [5, 2.5],
      [7, 1],
      [7, 1],
      [6, 2.5],
    ])
    const written = await answers(codec, batch)
    const [first, other] = registry.subjects.get('out-value')!.map((id) => avscType(JSON.parse(registry.schemas[id - 1]!.text)))
    const idOf = (value: Uint8Array): number => Buffer.from(value).readInt32BE(1)
    // The schema of the last version was known at the start, so its answers' is the first.
    expect(written.map(idOf)).toEqual([2, 1, 1, 2].map((place) => registry.subjects.get('out-value')![place - 1]))
    expect(first!.fromBuffer(Buffer.from(written[2]!.subarray(5)))).toMatchObject({ name: 'a', x: 7n, answer: { score: { double: 0.5 } } })
    expect(other!.fromBuffer(Buffer.from(written[0]!.subarray(5)))).toMatchObject({ x: 5, answer: { model: 'wi"ne@1.2' } })
    // Who looks at answers learns their schemas first; they are not answered again.
    await codec.prepare!(batchOf(written), false)
    expect(codec.prepare!(batchOf(written), false)).toBeUndefined()
    expect(codec.decode(written[0]!)).toMatchObject({ x: 5, answer: { score: 0.5 } })
  })

  test('what does not say its schema, or one that is not there or of no use, is rejected with the reason', async () => {
    const registry = new RegistryInMemory()
    const [one, json, taken, broken] = [
      registry.add('in-value', { language: 'AVRO', text: V1 }),
      registry.add('other', { language: 'JSON', text: '{}' }),
      registry.add('other', { language: 'AVRO', text: schemaOf([{ name: 'answer', type: 'int' }]) }),
      registry.add('other', { language: 'AVRO', text: '"int"' }),
    ]
    const codec = await createConfluentAvroCodec(use(registry), {})
    const batch = batchOf([
      new Uint8Array(0),
      Uint8Array.of(0, 0, 0),
      Uint8Array.of(2, 0, 0, 0, 1, 2),
      framed(99, '\u0002'),
      framed(json, '\u0002'),
      framed(taken, '\u0002'),
      framed(broken, '\u0002'),
      framed(0xffffffff, '\u0002'),
      framed(one, '\u0002'),
      framed(one, '\u0002\u0002'),
    ])
    await codec.prepare!(batch, true)
    const rows = readRows(codec, [bound('x')], batch).rows
    expect(rows.map((row) => ('code' in row ? row.code : row))).toEqual([
      'record.schema.missing',
      'record.schema.missing',
      'record.schema.missing',
      'record.schema.unknown',
      'record.schema.unusable',
      'record.schema.unusable',
      'record.schema.unusable',
      'record.schema.unknown',
      [1],
      'record.avro.malformed',
    ])
    expect((rows[5] as Error).message).toContain("it has a field 'answer' of its own")
    const types = new Int32Array(batch.count)
    const outcomes = new Outcomes()
    outcomes.reset(batch.count)
    codec.dataTypeReader('x', new Dictionary()).read(batch, types, outcomes)
    expect(outcomes.rejections).toBe(8)
  })

  test('a registry that is away loses nothing: the batch can be prepared again', async () => {
    const registry = new RegistryInMemory()
    const one = registry.add('in-value', { language: 'AVRO', text: V1 })
    const two = registry.add('later', { language: 'AVRO', text: V2 })
    const codec = await createConfluentAvroCodec(use(registry), {})
    registry.isAway = true
    const batch = batchOf([framed(one, v1.toBuffer({ x: 5 })), framed(two, v2.toBuffer({ name: '', x: 6n, y: 0 }))])
    await expect(codec.prepare!(batch, true)).rejects.toMatchObject({ code: 'schemas.unavailable' })
    registry.isAway = false
    await codec.prepare!(batch, true)
    expect(readRows(codec, [bound('x')], batch).rows).toEqual([[5], [6]])
  })

  test('a schema that is not there is asked for again after a while, and nonsense can not make one ask for ever', async () => {
    const registry = new RegistryInMemory()
    registry.add('in-value', { language: 'AVRO', text: V1 })
    const clock = new ManualClock()
    const codec = await createConfluentAvroCodec(use(registry, { clock }), {})
    const nonsense = batchOf(Array.from({ length: 3000 }, (_, i) => framed(1000 + i, '\u0002')))
    const asked = (): number => registry.asked.filter((what) => what.startsWith('id ')).length
    await codec.prepare!(nonsense, true)
    expect(codec.prepare!(nonsense, true)).toBeUndefined()
    expect(asked()).toBe(1000)
    clock.time += 31_000
    await codec.prepare!(batchOf([framed(1000, '\u0002')]), true)
    expect(asked()).toBe(1001)
  })

  test('answers whose schema is refused are not given; at the start that is told', async () => {
    const registry = new RegistryInMemory()
    registry.add('in-value', { language: 'AVRO', text: V1 })
    registry.refuses = () => true
    await expect(createConfluentAvroCodec(use(registry), {})).rejects.toMatchObject({ code: 'schemas.refused' })
    await expect(createConfluentAvroCodec(use(registry, { register: false }), {})).rejects.toMatchObject({ code: 'schemas.refused' })
    registry.refuses = () => false
    const codec = await createConfluentAvroCodec(use(registry), {})
    await expect(createConfluentAvroCodec(use(registry, { register: false }), {})).resolves.toBeDefined()
    registry.refuses = () => true
    const two = registry.add('in-value', { language: 'AVRO', text: V2 })
    const batch = batchOf([framed(two, v2.toBuffer({ name: '', x: 6n, y: 0 }))])
    await codec.prepare!(batch, true)
    const [row] = readRows(codec, [bound('x')], batch).rows
    expect(row).toMatchObject({ code: 'record.schema.unusable', message: expect.stringContaining('out-value refuses it') as string })
  })

  test('records from JSON are written with the last schema, where there is one', async () => {
    const registry = new RegistryInMemory()
    const empty = await createConfluentAvroCodec(use(registry), {})
    expect(empty.schema).toBeUndefined()
    expect(() => empty.encode({ x: 1 })).toThrow(expect.objectContaining({ code: 'record.schema.unknown' }))
    const id = registry.add('in-value', { language: 'AVRO', text: V1 })
    const codec = await createConfluentAvroCodec(use(registry), { schema: V2 })
    expect(codec.schema!.length).toBe(3)
    const value = codec.encode({ x: 1 })
    expect(value).toEqual(new Uint8Array(framed(id, v1.toBuffer({ x: 1 }))))
    expect(codec.decode(value)).toEqual({ x: 1 })
    expect(() => codec.encode({ x: 'a' })).toThrow(expect.objectContaining({ code: 'record.feature.invalid' }))
    expect(() => codec.decode(Uint8Array.of(1))).toThrow(expect.objectContaining({ code: 'record.schema.missing' }))
  })
})

test('a schema that is registered while records go by is that of models that come later', async () => {
  const registry = new RegistryInMemory()
  const clock = new ManualClock()
  const one = registry.add('in-value', { language: 'AVRO', text: V1 })
  const codec = await createConfluentAvroCodec(use(registry, { clock }), {})
  const before = codec.reader([bound('x')])
  registry.add('in-value', { language: 'AVRO', text: V2 })
  const batch = batchOf([framed(one, v1.toBuffer({ x: 5 }))])
  await codec.prepare!(batch, true)
  expect(codec.schema!.map(({ path }) => path)).toEqual(['x'])
  expect(() => codec.reader([bound('y')])).toThrow(expect.objectContaining({ code: 'codec.schema.invalid' }))
  clock.time += 31_000
  await codec.prepare!(batch, true)
  await expect.poll(() => codec.schema!.map(({ path }) => path)).toEqual(['name', 'x', 'y'])
  expect(readRowsWith({ reader: before, fields: [bound('x')] }, batch).rows).toEqual([[5]])
  expect(readRows(codec, [bound('y')], batch).rows).toEqual([[2.5]])
  expect(codec.decode(codec.encode({ name: 'a', x: 1 }))).toEqual({ name: 'a', x: 1, y: 2.5 })
})

describe('JSON Schema', () => {
  test('records are JSON after the number, and answers have a schema of their own', async () => {
    const registry = new RegistryInMemory()
    const text = JSON.stringify({ type: 'object', properties: { x: { type: 'number' } }, additionalProperties: false })
    const id = registry.add('in-value', { language: 'JSON', text })
    const codec = await createConfluentJsonCodec(use(registry), {})
    const batch = batchOf([codec.encode({ x: 1.5 }), '{"x":2}', framed(id, '[]')])
    expect(valueOf(batch, 0)).toEqual(new Uint8Array(framed(id, '{"x":1.5}')))
    await codec.prepare!(batch, true)
    expect(readRows(codec, [bound('x')], batch).rows).toMatchObject([
      [1.5],
      { code: 'record.schema.missing' },
      { code: 'record.json.malformed' },
    ])
    const [answer] = await answers(codec, batchOf([framed(id, '{"x":1.5}')]))
    const output = registry.subjects.get('out-value')![0]!
    expect(answer).toEqual(new Uint8Array(framed(output, '{"x":1.5,"answer":{"score":0.5,"model":"wi\\"ne@1.2"}}')))
    expect(JSON.parse(registry.schemas[output - 1]!.text)).toMatchObject({
      additionalProperties: false,
      properties: { x: { type: 'number' }, answer: { type: 'object', required: ['score', 'model'] } },
    })
  })
})

describe('protobuf', () => {
  const descriptorSet = descriptorSetOf(
    { First: [{ name: 'a', number: 1, type: 'int32' }], Record: [{ name: 'x', number: 1, type: 'sint32' }] },
    'proto3',
  )
  test('the places of the message stand after the number; answers keep both', async () => {
    const registry = new RegistryInMemory()
    const id = registry.add('in-value', { language: 'PROTOBUF', text: 'syntax = "proto3";' })
    const second = await createConfluentProtobufCodec(use(registry), { descriptorSet, message: 't.Record' })
    const first = await createConfluentProtobufCodec(use(registry), { descriptorSet, message: 't.First' })
    // One place, which is 1, as zig-zag varints; the first message is a single 0.
    const message = framed(id, Uint8Array.of(2, 2, 8, 6))
    const batch = batchOf([
      message,
      framed(id, Uint8Array.of(0, 8, 6)),
      framed(id, Uint8Array.of(200)),
      framed(7, Uint8Array.of(2, 2, 8, 6)),
    ])
    await second.prepare!(batch, true)
    expect(readRows(second, [bound('x')], batch).rows).toMatchObject([
      [3],
      { code: 'record.schema.unusable', message: "the value is message 0 of its schema's file, and the stream's is 1" },
      { code: 'record.schema.missing' },
      { code: 'record.schema.unknown' },
    ])
    expect(second.encode({ x: 3 })).toEqual(new Uint8Array(message))
    expect(first.encode({ a: 3 })).toEqual(new Uint8Array(framed(id, Uint8Array.of(0, 8, 3))))
    const [answer] = await answers(second, batchOf([message]))
    expect(answer!.subarray(0, message.length)).toEqual(new Uint8Array(message))
    expect(second.decode(answer!)).toEqual({ x: 3 })
    expect(registry.subjects.has('out-value')).toBe(false)
  })
})
