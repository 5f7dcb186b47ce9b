import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import avsc from 'avsc'
import { afterAll, expect, test } from 'vitest'
import { factorModel, startTestNode } from '../../test/fixtures/serving/test-node.ts'
import { valueOf } from '../core/batch.ts'
import { createMemoryLog } from '../logs/memory/memory-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-avro-'))
afterAll(() => rmSync(folder, { recursive: true }))

const SCHEMA = {
  type: 'record',
  name: 'shop.Number',
  fields: [
    { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['other', 'number'] } },
    { name: 'inner', type: ['null', { type: 'record', name: 'Inner', fields: [{ name: 'x', type: 'float' }] }] },
  ],
} as const

test('a stream of Avro records: from JSON or as bytes, answers for those who know Avro, and for people', async () => {
  const schema = join(folder, 'number.avsc')
  writeFileSync(schema, JSON.stringify(SCHEMA))
  const stream = { name: 'avro', input: 'avro', output: 'avro-scores', format: { avro: { schema } }, dataType: { field: 'kind' } }
  await using log = createMemoryLog()
  const settings = { streams: [{ ...stream, inputs: { x: 'inner.x' }, beforeModel: { do: 'reject' } }] }
  await using node = await startTestNode({ log, settings, definitions: [factorModel('double', '1', 2)], http: true })
  await node.send('avro', [{ kind: 'number', inner: { x: 1.5 } }])
  const type = avsc.Type.forSchema(SCHEMA as unknown as avsc.Schema, { wrapUnions: true })
  const post = async (bytes: Uint8Array<ArrayBuffer>) =>
    fetch(`${node.url}/records/avro`, { method: 'POST', headers: { 'content-type': 'application/avro' }, body: bytes })
  expect((await post(new Uint8Array(type.toBuffer({ kind: 'number', inner: { 'shop.Inner': { x: 4 } } })))).status).toBe(200)
  await post(Uint8Array.of(2, 0))
  await post(Uint8Array.of(0, 0))
  await post(Uint8Array.of(9))
  const shown = []
  for await (const { score, record, dataType, model } of node.answers('avro', { limit: 2 })) shown.push({ score, record, dataType, model })
  expect(shown).toEqual([
    { score: 3, record: { kind: 'number', inner: { x: 1.5 } }, dataType: 'number', model: 'double@1' },
    { score: 8, record: { kind: 'number', inner: { x: 4 } }, dataType: 'number', model: 'double@1' },
  ])
  const { answers, fields } = (await (await fetch(`${node.url}/schemas/avro`)).json()) as { answers: string; fields: unknown }
  expect(fields).toEqual([
    { path: 'kind', type: 'text' },
    { path: 'inner.x', type: 'number' },
  ])
  const answered = avsc.Type.forSchema(JSON.parse(answers) as avsc.Schema, { wrapUnions: true })
  for await (const batch of log.read({ topic: 'avro-scores', partition: 0, from: 0n, follow: false })) {
    const value = answered.fromBuffer(Buffer.from(valueOf(batch, 0)!)) as { answer: unknown }
    expect(JSON.parse(JSON.stringify(value))).toMatchObject({
      kind: 'number',
      answer: { score: { double: 3 }, label: null, model: 'double@1' },
    })
  }
  const codes = async (): Promise<string[]> => {
    const found: string[] = []
    const options = { follow: false, from: 'beginning', limit: 10, signal: new AbortController().signal } as const
    for await (const { code } of node.services.records.rejected('avro', options)) found.push(code)
    return found.toSorted()
  }
  await expect.poll(codes).toEqual(['record.avro.malformed', 'record.feature.missing', 'record.no-model'])
})

test('a schema that can not be used keeps the node from starting', async () => {
  const schema = join(folder, 'broken.avsc')
  writeFileSync(schema, '{"type":"record","name":"R","fields":[{"name":"answer","type":"int"}]}')
  const settings = { streams: [{ name: 'avro', input: 'avro', output: 'avro-scores', format: { avro: { schema } } }] }
  await expect(startTestNode({ settings })).rejects.toMatchObject({ code: 'codec.schema.invalid' })
})
