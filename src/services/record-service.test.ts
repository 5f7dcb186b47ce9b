import { afterEach, beforeEach, expect, test } from 'vitest'
import { readAll } from '../../test/contracts/log/plain-record.ts'
import { createJsonOperator } from '../../test/fixtures/serving/json-operator.ts'
import { VirtualClock } from '../../test/fixtures/serving/virtual-clock.ts'
import type { RecordService } from '../api/services.ts'
import { createJsonCodec } from '../codecs/index.ts'
import { encodeHeader } from '../core/headers.ts'
import type { Log } from '../core/log.ts'
import { encodeRecords } from '../core/record-batch-writer.ts'
import { createMemoryLog } from '../logs/memory/memory-log.ts'
import { createRecordService } from './record-service.ts'
import type { DataTypeLocation, StreamContext } from './stream-context.ts'

const PARTITIONS = 3
let log: Log
beforeEach(async () => {
  log = createMemoryLog()
  await log.ensureTopics(['input', 'output'].map((topic) => ({ topic, partitions: PARTITIONS, cleanup: 'delete' })))
})
afterEach(async () => log[Symbol.asyncDispose]())

function service(dataType: DataTypeLocation = { field: 'dataType' }): RecordService {
  const context: StreamContext = { name: 's', input: 'input', output: 'output', deadLetters: 'dead', partitions: PARTITIONS, codec: createJsonCodec(), operator: createJsonOperator(), answer: { field: 'answer' }, dataType, guarantee: 'exactly-once' } // prettier-ignore
  return createRecordService({ log, clock: new VirtualClock(), streams: [context] })
}

async function partitionsOf(topic = 'input'): Promise<(string | null)[][]> {
  return Promise.all([0, 1, 2].map(async (partition) => (await readAll(log, topic, { partition })).map((each) => each.value)))
}

test('records without a key go to the partitions in turn, also from one request to the next', async () => {
  const records = service()
  await records.append('s', Buffer.from('1\n2'), { format: 'ndjson' })
  expect(await records.append('s', Buffer.from('3\n4\n5'), { format: 'ndjson' })).toEqual({
    topic: 'input',
    appended: 3,
    offsets: { 0: '1', 1: '1', 2: '0' },
  })
  expect(await partitionsOf()).toEqual([['1', '4'], ['2', '5'], ['3']])
})

test("records with a key go where Kafka's clients send them", async () => {
  const records = service()
  // murmur2("21") = -973932308, and without its sign 1173551340, which three divides.
  await records.append('s', Buffer.from('{"id":"21"}\n{"id":21}\n{'), { format: 'ndjson', keyField: 'id' })
  const [first] = await Promise.all([0, 1, 2].map(async (partition) => readAll(log, 'input', { partition })))
  expect(first!.map(({ key, value }) => [key, value])).toEqual(expect.arrayContaining([['21', '{"id":"21"}'], ['21', '{"id":21}']])) // prettier-ignore
  await records.append('s', Buffer.from('{}'), { format: 'json', key: 'foobar' })
  const holders = (await Promise.all([0, 1, 2].map(async (partition) => readAll(log, 'input', { partition })))).map((all) =>
    all.some((each) => each.key === 'foobar'),
  )
  expect(holders.indexOf(true)).toBe((-790332482 & 0x7fffffff) % 3)
})

test('long requests become several record batches, and a long record has its own', async () => {
  const records = service()
  const lines = [...Array<string>(30).fill(`"${'x'.repeat(50_000)}"`), `"${'y'.repeat(2_000_000)}"`, '{}']
  await records.append('s', Buffer.from(lines.join('\n')), { format: 'ndjson', partition: 1 })
  const lengths: number[] = []
  for await (const batch of log.read({ topic: 'input', partition: 1, from: 0n, follow: false, maxBytes: 1 }))
    lengths.push(batch.bytes.length)
  expect(lengths.filter((length) => length > 1_000_000)).toHaveLength(1)
  expect(lengths.length).toBeGreaterThanOrEqual(3)
  expect((await partitionsOf())[1]).toEqual(lines)
})

test('more records than one request may hold are refused, and none is appended', async () => {
  await expect(service().append('s', Buffer.from('0\n'.repeat(1_000_001)), { format: 'ndjson' })).rejects.toMatchObject({
    code: 'api.too-large',
  })
  expect(await partitionsOf()).toEqual([[], [], []])
}, 20_000)

const END = new AbortController().signal

async function answered(id: string, timestamp: number, value: string, key?: string): Promise<void> {
  const partition = Number(id.split(':')[0])
  const headers = [
    encodeHeader('ce_id', id),
    encodeHeader('sluice_model', 'm@1'),
    encodeHeader('sluice_score', '7'),
    encodeHeader('kind', 'in a header'),
  ]
  await log.append({
    topic: 'output',
    partition,
    recordBatch: encodeRecords([{ timestamp, value: Buffer.from(value), headers, ...(key !== undefined && { key: Buffer.from(key) }) }]),
  })
}

async function scores(records: RecordService, options: { from?: 'beginning' | 'end'; limit?: number } = {}): Promise<string[]> {
  const offsets: string[] = []
  for await (const { partition, offset } of records.scores('s', { follow: false, from: 'end', signal: END, ...options }))
    offsets.push(`${partition}:${offset}`)
  return offsets
}

test('the last answers of several partitions are the last of all by their time', async () => {
  for (const [i, id] of ['0:0', '1:0', '2:0', '0:1', '0:2', '1:1'].entries()) await answered(id, 1000 + i, '{}')
  const records = service()
  expect(await scores(records)).toEqual(['0:0', '1:0', '2:0', '0:1', '0:2', '1:1'])
  expect(await scores(records, { limit: 3 })).toEqual(['0:1', '0:2', '1:1'])
  expect(await scores(records, { limit: 2, from: 'beginning' })).toEqual(['0:0', '1:0'])
})

test.each<[DataTypeLocation, string]>([
  [{ field: 'dataType' }, 'in a field'],
  [{ field: 'nested.type' }, 'in a nested one'],
  [{ field: 'dotted\\.name' }, 'in a dotted one'],
  [{ field: 'none' }, ''],
  [{ header: 'kind' }, 'in a header'],
  [{ constant: 'the same' }, 'the same'],
  ['key', 'in the key'],
  ['topic', 'input'],
])('the data type of an answer is found where the stream says: %j', async (location, dataType) => {
  await answered(
    '0:0',
    1,
    '{"dataType":"in a field","nested":{"type":"in a nested one"},"dotted.name":"in a dotted one","answer":{"score":7}}',
    'in the key',
  )
  for await (const answer of service(location).scores('s', { follow: false, from: 'end', signal: END }))
    expect(answer).toMatchObject({ dataType, score: 7, model: 'm@1' })
})

test.each(['not JSON', '[]', 'null', '{"answer":null}', '{"answer":"text"}', '{"answer":[1]}', '7'])(
  'what stands on the output topic by another hand is shown as far as it can be: %s',
  async (value) => {
    await answered('0:0', 1, value)
    const all = []
    for await (const answer of service().scores('s', { follow: false, from: 'end', signal: END })) all.push(answer)
    expect(all).toMatchObject([{ offset: '0', score: 7, outputs: {} }])
  },
)
