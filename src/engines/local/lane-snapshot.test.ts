import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { value } from '../../../test/fixtures/serving/json-operator.ts'
import { overLog } from '../../../test/fixtures/serving/over-log.ts'
import { StubModel } from '../../../test/fixtures/serving/stub-model.ts'
import type { Log, ReadOptions } from '../../core/log.ts'
import { EngineStage, topics } from './fixtures/engine-stage.ts'
import { restoreLane } from './restore-lane.ts'
import { createSnapshotFiles } from './snapshot-files.ts'

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-snapshots-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** A log that can tell its topics apart, and how many records of state were read from it. */
function counting(log: Log, id = 'one'): { log: Log; from: (topic: string) => bigint | undefined } {
  const reads = new Map<string, bigint>()
  const read = (options: ReadOptions) => {
    reads.set(options.topic, options.from)
    return log.read(options)
  }
  return { log: overLog(log, { topicId: async (topic) => `${topic} ${id}`, read }), from: (topic) => reads.get(topic) }
}

async function statisticsOf(log: Log, store?: ReturnType<typeof createSnapshotFiles>) {
  const lane = await restoreLane(log, { topic: 'input', partition: 0 }, { topics, store })
  return { serving: [...lane.serving], statistics: [...lane.allStatistics()].map((one) => one.toJSON()) }
}

async function workedOn(folder: string) {
  const stage = await EngineStage.create()
  onTestFinished(() => stage[Symbol.asyncDispose]())
  const store = createSnapshotFiles(folder, 'group-tested')
  const { log } = counting(stage.log)
  const running = stage.start({ model: new StubModel(), log, snapshots: store })
  await stage.send([value('a', 1), value('a', 2), value('b', 1)])
  await expect.poll(async () => (await stage.answers()).length).toBe(2)
  running.serve('m@2')
  await stage.send([value('a', 3)])
  await expect.poll(async () => (await stage.answers()).length).toBe(3)
  await running.engine.stop()
  return { stage, store }
}

test('a partition that was given up is restored from its snapshot, and nothing is read from the log again', async () => {
  const { stage, store } = await workedOn(await createFolder())
  const all = await statisticsOf(stage.log)
  expect(all.statistics.length).toBeGreaterThan(1)
  const { log, from } = counting(stage.log)
  expect(await statisticsOf(log, store)).toEqual(all)
  const { next } = await stage.log.offsets({ topic: topics.statistics, partition: 0 })
  expect(from(topics.statistics)).toBe(next)
})

test('what was committed after the snapshot is read from the log', async () => {
  const { stage, store } = await workedOn(await createFolder())
  stage.start({ model: new StubModel() })
  await stage.send([value('a', 4), value('a', 5)])
  await expect.poll(async () => (await stage.answers()).length).toBe(5)
  const { log } = counting(stage.log)
  expect(await statisticsOf(log, store)).toEqual(await statisticsOf(stage.log))
})

test.each([
  ['another topic of the same name', async () => {}, 'two'],
  ['a damaged file', async (file: string) => writeFile(file, '{}'), 'one'],
  ['a file of other bytes', async (file: string) => writeFile(file, `${'0'.repeat(64)}\n{"format":2}`), 'one'],
] as const)('the snapshot is not used for %s', async (_, damage, id) => {
  const folder = await createFolder()
  const { stage, store } = await workedOn(folder)
  const [file] = await readdir(folder)
  await damage(join(folder, file!))
  const { log, from } = counting(stage.log, id)
  expect(await statisticsOf(log, store)).toEqual(await statisticsOf(stage.log))
  expect(from(topics.statistics)).toBe(0n)
})
