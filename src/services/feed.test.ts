import { afterEach, beforeEach, expect, test } from 'vitest'
import { createJsonCodec } from '../codecs/index.ts'
import { valueOf } from '../core/batch.ts'
import { encodeHeader } from '../core/headers.ts'
import { encodeRecords } from '../core/record-batch-writer.ts'
import type { Log } from '../core/log.ts'
import { createMemoryLog } from '../logs/memory/memory-log.ts'
import { feed, type FeedSource } from './feed.ts'

let log: Log
beforeEach(async () => {
  log = createMemoryLog()
  await log.ensureTopics([{ topic: 'in', partitions: 2, cleanup: 'delete' }])
})
afterEach(async () => log[Symbol.asyncDispose]())

/** Sources of one group of records each, of which the last may break off behind some. */
async function* sourcesOf(files: Readonly<Record<string, readonly string[]>>, breaksOff = false): AsyncGenerator<FeedSource> {
  for (const [name, values] of Object.entries(files)) {
    const records = async function* () {
      for (const value of values) yield [Buffer.from(value)]
      if (breaksOff) throw new Error('the cable is cut')
    }
    yield { name: name === '' ? undefined : name, records: records() }
  }
}

const run = async (sources: AsyncIterable<FeedSource>) =>
  feed(sources, { log, topic: 'in', codec: createJsonCodec(), now: () => 5, signal: new AbortController().signal })

async function topic(): Promise<string[][]> {
  return Promise.all(
    [0, 1].map(async (partition) => {
      const values: string[] = []
      for await (const batch of log.read({ topic: 'in', partition, from: 0n, follow: false })) {
        for (let i = 0; i < batch.count; i++) values.push(String(Buffer.from(valueOf(batch, i)!)))
      }
      return values
    }),
  )
}

test('records come to the partitions in turn, and those that are there already are left out', async () => {
  await expect(run(sourcesOf({ 'a.csv': ['1', '2', '3'] }, true))).rejects.toThrow('the cable is cut')
  expect(await topic()).toEqual([['1', '3'], ['2']])
  await run(sourcesOf({ 'a.csv': ['1', '2', '3', '4', '5'], 'b.csv': ['6', '7'] }))
  expect(await topic()).toEqual([
    ['1', '3', '5', '6'],
    ['2', '4', '7'],
  ])
  await run(sourcesOf({ 'a.csv': ['1', '2', '3', '4', '5'], 'b.csv': ['6', '7'] }))
  expect((await topic()).flat()).toHaveLength(7)
})

test('one that crashed between two partitions goes on in each of them', async () => {
  const headers = (number: string) => [encodeHeader('sluice_source', 'a'), encodeHeader('sluice_source_record', number)]
  const append = async (partition: number, number: string) =>
    log.append({
      topic: 'in',
      partition,
      recordBatch: encodeRecords([{ timestamp: 0, value: Buffer.from(number), headers: headers(number) }]),
    })
  await append(0, '1')
  await append(0, '3')
  await run(sourcesOf({ a: ['1', '2', '3', '4'] }))
  expect(await topic()).toEqual([
    ['1', '3'],
    ['2', '4'],
  ])
})

test('records of others, even thousands, do not hide where it was', async () => {
  await run(sourcesOf({ a: ['1', '2'] }))
  for (let i = 0; i < 3; i++) {
    const others = Array.from({ length: 900 }, () => ({ timestamp: 0, value: Buffer.from('x') }))
    await log.append({ topic: 'in', partition: 0, recordBatch: encodeRecords(others) })
  }
  await run(sourcesOf({ a: ['1', '2', '3'] }))
  const [first, second] = await topic()
  expect(first!.filter((value) => value !== 'x')).toEqual(['1', '3'])
  expect(second).toEqual(['2'])
})

test('what comes only once is never left out', async () => {
  await run(sourcesOf({ '': ['1', '2'] }))
  await run(sourcesOf({ '': ['1', '2'] }))
  expect((await topic()).flat().toSorted()).toEqual(['1', '1', '2', '2'])
})
