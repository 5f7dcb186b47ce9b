import { expect, test } from 'vitest'
import { encodeRecords } from '../core/record-batch-writer.ts'
import { ModelStatistics } from '../core/statistics.ts'
import { createMemoryLog } from '../logs/memory/memory-log.ts'
import { ChangelogStatistics, wholeGroup } from './changelog-statistics.ts'

const encoder = new TextEncoder()

function did(model: string, scored: number): ModelStatistics {
  const statistics = new ModelStatistics({ dataType: 'wine', model, description: '', format: 'pmml', since: 1 })
  statistics.scored(scored, 1)
  return statistics
}

async function createStage() {
  const log = createMemoryLog()
  await log.ensureTopics([{ topic: 'statistics', partitions: 3, cleanup: 'compact' }])
  const commit = async (partition: number, statistics: ModelStatistics, topic = 'in') => {
    const key = encoder.encode(`${topic}-${partition}/wine/${statistics.model}`)
    const value = encoder.encode(JSON.stringify({ topic, partition, ...statistics.toJSON() }))
    await log.append({ topic: 'statistics', partition, recordBatch: encodeRecords([{ timestamp: 1, key, value }]) })
  }
  return { log, commit, changelog: new ChangelogStatistics(log, 'statistics') }
}

test('what others committed is read when it is asked for, the last of each', async () => {
  const { changelog, commit } = await createStage()
  expect([...(await changelog.read())]).toEqual([])
  await commit(0, did('m@1', 5))
  await commit(2, did('m@1', 7))
  await commit(0, did('m@1', 6))
  const usage = async () =>
    [...(await changelog.read())].map(({ partition, statistics }) => [partition, statistics.usage] as const).toSorted(([a], [b]) => a - b)
  expect(await usage()).toEqual([[0, 6], [2, 7]]) // prettier-ignore
  await commit(1, did('m@2', 1))
  expect(await Promise.all([usage(), usage()])).toEqual(Array.from({ length: 2 }, () => [[0, 6], [1, 1], [2, 7]])) // prettier-ignore
})

test('a partition that is worked on here counts as it is here, and others as they were committed', async () => {
  const { changelog, commit } = await createStage()
  await commit(0, did('m@1', 5))
  await commit(0, did('m@1', 3), 'other')
  await commit(1, did('m@1', 7))
  const here = [{ topic: 'in', partition: 0, statistics: did('m@1', 9) }]
  const all = await wholeGroup(here, changelog)
  expect(all.map(({ usage }) => usage).toSorted((a, b) => a - b)).toEqual([3, 7, 9])
  expect((await wholeGroup(here, undefined)).map(({ usage }) => usage)).toEqual([9])
})

test('what is not its own on the topic is told', async () => {
  const { log, changelog } = await createStage()
  const value = encoder.encode('not JSON')
  await log.append({ topic: 'statistics', partition: 1, recordBatch: encodeRecords([{ timestamp: 1, key: value, value }]) })
  await expect(changelog.read()).rejects.toMatchObject({ code: 'log.corrupt', message: expect.stringContaining('statistics') as string })
})
