import { expect, test } from 'vitest'
import { type Batch, keyOf, offsetOf, valueOf } from '../core/batch.ts'
import { encodeHeader, headersOf } from '../core/headers.ts'
import { encodeRecords, type RecordParts } from '../core/record-batch-writer.ts'
import { createMemoryLog } from '../logs/memory/memory-log.ts'
import type { Log } from '../core/log.ts'
import { Archive } from './archive.ts'
import { createSample } from './sample.ts'
import { until } from './testing/trial-disk.ts'
import { createTopicDestination } from './topic-lane.ts'

function start(log: Log): Archive {
  const fail = (error: unknown): void => expect.unreachable(String(error))
  const destination = createTopicDestination({ log, topic: 'seen', sample: createSample('seen', 1) })
  return new Archive({ name: 'seen', log, group: 'g', input: 'in', destination, onFailure: fail, onGap: fail })
}

async function readAll(log: Log, partition: number): Promise<Batch[]> {
  const batches: Batch[] = []
  for await (const batch of log.read({ topic: 'seen', partition, from: 0n, follow: false })) batches.push(batch)
  return batches
}

const text = (bytes: Uint8Array | undefined): string | null => (bytes === undefined ? null : String(Buffer.from(bytes)))

test('a topic has each record in its own partition as it was, and where it was seen in headers after its own', async () => {
  await using log = createMemoryLog()
  await log.ensureTopics([{ topic: 'in', partitions: 2, cleanup: 'delete' }])
  const records: RecordParts[] = [
    { timestamp: 11, key: Buffer.from('k'), value: Buffer.from('v'), headers: [encodeHeader('a', '1'), encodeHeader('a', undefined)] },
    { timestamp: 10 },
    { timestamp: 12, key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [encodeHeader('sluice_offset', 'its own')] },
  ]
  const archive = start(log)
  await log.append({ topic: 'in', partition: 1, recordBatch: encodeRecords(records) })
  await until(async () => (await log.offsets({ topic: 'seen', partition: 1 })).next === 3n)
  await archive.stop()
  const [batch] = await readAll(log, 1)
  const found = [0, 1, 2].map((i) => ({
    key: text(keyOf(batch!, i)),
    value: text(valueOf(batch!, i)),
    at: batch!.timestamps[i],
    headers: headersOf(batch!, i).map(({ name, value }) => [name, text(value)]),
  }))
  const place = (offset: string) => [
    ['sluice_topic', 'in'],
    ['sluice_partition', '1'],
    ['sluice_offset', offset],
  ]
  expect(found).toEqual([
    { key: 'k', value: 'v', at: 11, headers: [['a', '1'], ['a', null], ...place('0')] },
    { key: null, value: null, at: 10, headers: place('1') },
    { key: '', value: '', at: 12, headers: [['sluice_offset', 'its own'], ...place('2')] },
  ])
})

test('one that begins again goes on behind what it has, and large records come whole', async () => {
  await using log = createMemoryLog()
  await log.ensureTopics([{ topic: 'in', partitions: 1, cleanup: 'delete' }])
  const sizes = [10, 600_000, 10, 300_000, 300_000, 5]
  const append = async (size: number) =>
    log.append({ topic: 'in', partition: 0, recordBatch: encodeRecords([{ timestamp: 0, value: new Uint8Array(size) }]) })
  for (const size of sizes.slice(0, 3)) await append(size)
  const first = start(log)
  await until(async () => (await log.offsets({ topic: 'seen', partition: 0 })).next === 3n)
  await first.stop()
  for (const size of sizes.slice(3)) await append(size)
  const second = start(log)
  await until(async () => (await log.offsets({ topic: 'seen', partition: 0 })).next === 6n)
  await second.stop()
  const batches = await readAll(log, 0)
  expect(
    batches.flatMap((batch) => Array.from({ length: batch.count }, (_, i) => [Number(offsetOf(batch, i)), valueOf(batch, i)!.length])),
  ).toEqual(sizes.map((size, i) => [i, size]))
})
