import { randomUUID } from 'node:crypto'
import { ConfluentSchemaRegistry, Consumer, Producer } from '@platformatic/kafka'
import avsc from 'avsc'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Batch, valueOf } from '../../src/core/batch.ts'
import { headerText } from '../../src/core/headers.ts'
import type { Log } from '../../src/core/log.ts'
import { encodeRecords } from '../../src/core/record-batch-writer.ts'
import { createMemoryLog } from '../../src/logs/memory/memory-log.ts'
import { factorModel, startTestNode } from '../fixtures/serving/test-node.ts'
import { type SchemaRegistryProcess, startSchemaRegistry } from '../setup/schema-registry.ts'

let registry: SchemaRegistryProcess
beforeAll(async () => {
  registry = await startSchemaRegistry()
})
afterAll(async () => registry[Symbol.asyncDispose]())

const HEADERS = { 'content-type': 'application/vnd.schemaregistry.v1+json' }

/** As any other program would do it. */
async function register(subject: string, schema: unknown, schemaType?: string): Promise<number> {
  const body = JSON.stringify({ schema: JSON.stringify(schema), ...(schemaType !== undefined && { schemaType }) })
  const response = await fetch(`${registry.url}/subjects/${subject}/versions`, { method: 'POST', headers: HEADERS, body })
  return ((await response.json()) as { id: number }).id
}

async function schemaOf(id: number): Promise<avsc.Type> {
  const { schema } = (await (await fetch(`${registry.url}/schemas/ids/${id}`)).json()) as { schema: string }
  return avsc.Type.forSchema(JSON.parse(schema) as avsc.Schema)
}

function framed(id: number, payload: Uint8Array): Uint8Array {
  const prefix = Buffer.alloc(5)
  prefix.writeInt32BE(id, 1)
  return Buffer.concat([prefix, payload])
}

async function append(log: Log, topic: string, values: readonly Uint8Array[]): Promise<void> {
  await log.append({ topic, partition: 0, recordBatch: encodeRecords(values.map((value) => ({ timestamp: Date.now(), value }))) })
}

async function valuesOf(log: Log, topic: string): Promise<Buffer[]> {
  const values: Buffer[] = []
  await eachRecord(log, topic, (batch, i) => values.push(Buffer.from(valueOf(batch, i)!)))
  return values
}

async function eachRecord(log: Log, topic: string, visit: (batch: Batch, i: number) => void): Promise<void> {
  for await (const batch of log.read({ topic, partition: 0, from: 0n, follow: false })) {
    for (let i = 0; i < batch.count; i++) visit(batch, i)
    batch.release()
  }
}

function settings(input: string, stream: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    'schemas.registry': registry.url,
    'schemas.timeoutMs': '500',
    streams: [{ name: input, input, output: `${input}-scores`, wire: 'confluent', beforeModel: { do: 'reject' }, ...stream }],
  }
}

const V1 = {
  type: 'record',
  name: 'Number',
  fields: [
    { name: 'dataType', type: 'string' },
    { name: 'x', type: 'int' },
  ],
} as const
const V2 = {
  ...V1,
  fields: [{ name: 'note', type: ['null', 'string'], default: null }, V1.fields[0], { name: 'x', type: 'long' }],
} as const

test('Avro records whose schema evolves are answered, each with a schema that others find in the registry', async () => {
  await using log = createMemoryLog()
  const one = await register('avro-value', V1)
  await using node = await startTestNode({
    log,
    settings: settings('avro', { format: 'avro' }),
    definitions: [factorModel('double', '1', 2)],
  })
  await node.send('avro', [{ dataType: 'number', x: 4 }])
  const two = await register('avro-value', V2)
  const [v1, v2] = [avsc.Type.forSchema(V1 as unknown as avsc.Schema), avsc.Type.forSchema(V2 as unknown as avsc.Schema)]
  await append(log, 'avro', [
    framed(two, v2.toBuffer({ note: 'new', dataType: 'number', x: 5 })),
    framed(one, v1.toBuffer({ dataType: 'number', x: 6 })),
    framed(987_654, Buffer.of(0)),
  ])
  await expect.poll(async () => (await valuesOf(log, 'avro-scores')).length).toBe(3)
  const values = await valuesOf(log, 'avro-scores')
  expect(values[0]!.readInt32BE(1)).toBe(values[2]!.readInt32BE(1))
  const answers = await Promise.all(
    values.map(async (value) => (await schemaOf(value.readInt32BE(1))).fromBuffer(value.subarray(5)) as object),
  )
  const answer = (score: number) => ({ score, label: null, model: 'double@1', outputs: {}, labels: {} })
  expect(answers.map((record) => ({ ...record }))).toMatchObject([
    { dataType: 'number', x: 4, answer: answer(8) },
    { note: 'new', dataType: 'number', x: 5, answer: answer(10) },
    { dataType: 'number', x: 6, answer: answer(12) },
  ])
  const codes: (string | undefined)[] = []
  await expect.poll(async () => (await valuesOf(log, 'dead-letters')).length).toBe(1)
  await eachRecord(log, 'dead-letters', (batch, i) => codes.push(headerText(batch, i, 'sluice_error')))
  expect(codes).toEqual(['record.schema.unknown'])
  const shown = []
  for await (const scored of node.answers('avro', { limit: 3 })) shown.push([scored.score, scored.record])
  expect(shown[1]).toEqual([10, { note: 'new', dataType: 'number', x: 5 }])
})

test('while the registry is away records wait, and none is lost', async () => {
  await using log = createMemoryLog()
  const one = await register('away-value', V1)
  await using node = await startTestNode({
    log,
    settings: settings('away', { format: 'avro' }),
    definitions: [factorModel('double', '1', 2)],
  })
  const two = await register('away-value', V2)
  const [v1, v2] = [avsc.Type.forSchema(V1 as unknown as avsc.Schema), avsc.Type.forSchema(V2 as unknown as avsc.Schema)]
  await registry.pause()
  try {
    await append(log, 'away', [framed(one, v1.toBuffer({ dataType: 'number', x: 1 }))])
    await append(log, 'away', [framed(two, v2.toBuffer({ note: null, dataType: 'number', x: 2 }))])
    // What is known already is answered all the same.
    await expect.poll(async () => (await valuesOf(log, 'away-scores')).length).toBe(1)
    const troubles = async () => (await node.services.live.snapshot()).events.filter(({ code }) => code === 'schemas.unavailable').length
    await expect.poll(troubles, { timeout: 60_000 }).toBeGreaterThan(0)
  } finally {
    registry.resume()
  }
  await expect.poll(async () => (await valuesOf(log, 'away-scores')).length, { timeout: 60_000 }).toBe(2)
  expect(await valuesOf(log, 'dead-letters')).toEqual([])
})

test("over Kafka: what another client's serializers write is answered, and its deserializers read the answers", async () => {
  const broker = inject('kafka')
  const name = `avro-${randomUUID()}`
  const id = await register(`${name}-value`, V1)
  const schemas = new ConfluentSchemaRegistry<string, object, string, string>({ url: registry.url })
  const options = { clientId: 'other', bootstrapBrokers: [broker], registry: schemas }
  const kafka = {
    ...settings(name, { format: 'avro' }),
    log: `kafka:${broker}`,
    group: name,
    'models.topic': `${name}-models`,
    topics: Object.fromEntries(['deadLetters', 'events', 'swaps', 'statistics', 'modelState'].map((topic) => [topic, `${name}-${topic}`])),
  }
  await using node = await startTestNode({ settings: kafka, definitions: [factorModel('double', '1', 2)] })
  const producer = new Producer<string, object, string, string>({ ...options, retryDelay: 5 })
  const values = Array.from({ length: 10 }, (_, x) => ({ dataType: 'number', x }))
  await producer.send({ messages: values.map((value) => ({ topic: name, value, metadata: { schemas: { value: id } } })) })
  await producer.close()
  await expect.poll(async () => (await node.services.live.snapshot()).streams[0]!.scored, { timeout: 60_000 }).toBe(10)
  // Of headers, the registry's deserializers think that they are JSON.
  const text = (bytes?: Buffer): string => String(bytes)
  const deserializers = { ...schemas.getDeserializers(), headerKey: text, headerValue: text }
  const beforeDeserialization = schemas.getBeforeDeserializationHook()
  const reading = { clientId: 'other', bootstrapBrokers: [broker], groupId: `${name}-reader`, deserializers, beforeDeserialization }
  const consumer = new Consumer<string, object, string, string>(reading)
  const stream = await consumer.consume({ topics: [`${name}-scores`], mode: 'earliest' })
  const read: unknown[] = []
  for await (const { value } of stream) if (read.push(value) === values.length) break
  await stream.close()
  await consumer.close()
  expect(read).toMatchObject(values.map((value) => ({ ...value, answer: { score: value.x * 2, model: 'double@1' } })))
})

test('JSON records say their JSON Schema, and so do their answers', async () => {
  await using log = createMemoryLog()
  await register('json-value', { type: 'object', properties: { x: { type: 'number' } } }, 'JSON')
  await using node = await startTestNode({
    log,
    settings: settings('json', { format: 'json' }),
    definitions: [factorModel('double', '1', 2)],
  })
  await node.send('json', [{ dataType: 'number', x: 1.5 }])
  await expect.poll(async () => (await valuesOf(log, 'json-scores')).length).toBe(1)
  const [value] = await valuesOf(log, 'json-scores')
  expect(JSON.parse(value!.subarray(5).toString())).toEqual({ dataType: 'number', x: 1.5, answer: { score: 3, model: 'double@1' } })
  const response = await fetch(`${registry.url}/schemas/ids/${value!.readInt32BE(1)}`)
  const { schema } = (await response.json()) as { schema: string }
  expect(Object.keys((JSON.parse(schema) as { properties: object }).properties)).toEqual(['x', 'answer'])
})

test('a registry that refuses the schema of answers keeps the node from starting, and says so', async () => {
  await register('refused-value', V1)
  await register('refused-scores-value', { type: 'record', name: 'Other', fields: [{ name: 'y', type: 'int' }] })
  await fetch(`${registry.url}/config/refused-scores-value`, { method: 'PUT', headers: HEADERS, body: '{"compatibility":"FULL"}' })
  await expect(startTestNode({ settings: settings('refused', { format: 'avro' }) })).rejects.toMatchObject({ code: 'schemas.refused' })
})
