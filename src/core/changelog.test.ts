import { expect, test } from 'vitest'
import { keyOf, valueOf } from './batch.ts'
import { Changelog, changelogAppends, type ChangelogRecord } from './changelog.ts'
import { readRecordBatches } from './record-batch.ts'

const decoder = new TextDecoder()

function record(key: string, value: string | undefined, place: { topic?: string; partition?: number } = {}): ChangelogRecord {
  return { topic: 'states', partition: 0, ...place, timestamp: 7, key, value }
}

function read(appends: ReturnType<typeof changelogAppends>): string[][] {
  return appends.map(({ topic, partition, recordBatch }) => {
    const batch = readRecordBatches(recordBatch, { topic, partition, from: 0n })
    const text = (bytes: Uint8Array | undefined): string => (bytes === undefined ? 'none' : decoder.decode(bytes))
    return [
      `${topic}-${partition}`,
      ...Array.from({ length: batch.count }, (_, i) => `${text(keyOf(batch, i))}=${text(valueOf(batch, i))}`),
    ]
  })
}

test('of each key of a partition the last record is kept', () => {
  const changelog = new Changelog()
  changelog.add([record('a', '1'), record('b', '1'), record('a', '1', { partition: 1 }), record('a', '1', { topic: 'others' })])
  changelog.add([record('a', '2'), record('b', undefined)])
  expect(read(changelog.take())).toEqual([
    ['states-0', 'a=2', 'b=none'],
    ['states-1', 'a=1'],
    ['others-0', 'a=1'],
  ])
  expect(changelog.isEmpty).toBe(true)
  expect(changelog.take()).toEqual([])
})

test('record batches stay short, and a long record has one of its own', () => {
  const long = 'x'.repeat(100_000)
  const some = Array.from({ length: 40 }, (_, i) => record(`k${i}`, 'y'.repeat(1000)))
  const read_ = read(changelogAppends([record('long', long), ...some]))
  expect(read_[0]).toEqual(['states-0', `long=${long}`])
  expect(read_.flatMap((batch) => batch.slice(1))).toHaveLength(41)
  expect(Math.max(...read_.slice(1).map((batch) => batch.join().length))).toBeLessThan(17_000)
})
