import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readAll, record as recordOf } from '../../../test/contracts/log/plain-record.ts'
import { headersByName, value } from '../../../test/fixtures/serving/json-operator.ts'
import { overGroup, overLog } from '../../../test/fixtures/serving/over-log.ts'
import { loadedStub } from '../../../test/fixtures/serving/stub-model.ts'
import { SummingModel } from '../../../test/fixtures/serving/summing-model.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Log, ReadOptions } from '../../core/log.ts'
import { readStateText } from '../../core/model-state.ts'
import { encodeRecords } from '../../core/record-batch-writer.ts'
import { EngineStage, type RunningEngine, topics } from './fixtures/engine-stage.ts'
import { createSnapshotFiles } from './snapshot-files.ts'

type StartOptions = NonNullable<Parameters<EngineStage['start']>[0]>

function start(stage: EngineStage, options: StartOptions = {}, id = 'm@1'): RunningEngine {
  const running = stage.start(options)
  serve(running, id)
  return running
}

function serve({ operator }: RunningEngine, id: string, per: 'partition' | 'key' = 'partition'): void {
  operator.serve('a', operator.fit(loadedStub(id, 'a', new SummingModel(0, per))))
}

async function sums(stage: EngineStage, partition = 0): Promise<number[]> {
  const answers = await readAll(stage.log, 'output', { partition })
  return answers.map((each) => Number(headersByName(each)['sluice_score']))
}

/** The states on the log: the last one of each key. */
async function states(stage: EngineStage, partition = 0): Promise<Record<string, string | undefined>> {
  const records = await readAll(stage.log, topics.modelState, { partition })
  return Object.fromEntries(records.map((each) => [each.key!, each.value === null ? undefined : readStateText(each.value).snapshot]))
}

/** 1, 3, 6, 10 … */
const running = (count: number): number[] => Array.from({ length: count }, (_, i) => ((i + 1) * (i + 2)) / 2)
const numbers = (count: number, from = 1): number[] => Array.from({ length: count }, (_, i) => from + i)

test('after a restart a state goes on from the last commit', async () => {
  await using stage = await EngineStage.create()
  const first = start(stage)
  await stage.send(numbers(3).map((x) => value('a', x)))
  await expect.poll(() => sums(stage)).toEqual(running(3))
  await first.engine.stop()
  expect(await states(stage)).toEqual({ 'input-0/a/m@1': '{"sum":6}' })
  start(stage)
  await stage.send(numbers(2, 4).map((x) => value('a', x)))
  await expect.poll(() => sums(stage)).toEqual(running(5))
  expect(await states(stage)).toEqual({ 'input-0/a/m@1': '{"sum":15}' })
})

test.each([
  ['before anything is written', false],
  ['after all was written', true],
])('a commit that fails %s does not count in the state twice', async (_, isWritten) => {
  await using stage = await EngineStage.create()
  let failing = 2
  const log = overGroup(stage.log, (group) => ({
    async commit(commit) {
      const fails = commit.offsets[0]!.next > 10n && failing-- > 0
      if (!fails || isWritten) await group.commit(commit)
      if (fails) throw new SluiceError('log.unavailable', 'the disk went away')
    },
  }))
  const engine = start(stage, { log, maxBatchBytes: 1 })
  for (const x of numbers(30)) await stage.send([value('a', x)])
  await expect.poll(() => sums(stage)).toEqual(running(30))
  expect(engine.failures).toHaveLength(2)
  expect(await states(stage)).toEqual({ 'input-0/a/m@1': '{"sum":465}' })
})

test('while engines come and go, the sums of every partition go on exactly', async () => {
  await using stage = await EngineStage.create(4)
  let sent = 0
  const sendSome = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) {
      sent++
      for (let partition = 0; partition < 4; partition++) await stage.send([value('a', sent)], partition)
    }
  }
  const first = start(stage, { maxBatchBytes: 1 })
  await first.engine.assigned
  await sendSome()
  const second = start(stage, { maxBatchBytes: 1 })
  await second.engine.assigned
  expect([first.lanes.size, second.lanes.size]).toEqual([2, 2])
  await sendSome()
  await first.engine.stop()
  await sendSome()
  for (let partition = 0; partition < 4; partition++) {
    await expect.poll(() => sums(stage, partition)).toEqual(running(sent))
    expect(await states(stage, partition)).toEqual({ [`input-${partition}/a/m@1`]: `{"sum":${(sent * (sent + 1)) / 2}}` })
  }
  expect([...first.failures, ...second.failures]).toEqual([])
})

test('while engines come and go, the sums of every key go on exactly, from snapshots of a node or without', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-states-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await using stage = await EngineStage.create()
  const snapshots = createSnapshotFiles(folder, 'group-tested')
  const log: Log = overLog(stage.log, { topicId: async (topic) => `${topic} one` })
  let sent = 0
  for (const options of [{ log, snapshots }, {}, { log, snapshots }]) {
    const one = stage.start({ ...options, maxBatchBytes: 200 })
    serve(one, 'm@1', 'key')
    const records = numbers(30, sent + 1).map((x) => recordOf(value('a', x), { key: `k${x % 3}` }))
    await stage.send(records)
    sent += 30
    await expect.poll(async () => (await sums(stage)).length).toBe(sent)
    await one.engine.stop()
    expect(one.failures).toEqual([])
  }
  // Of every third number from 1, 2 and 3 on.
  const of = (x: number): number => numbers(x).reduce((sum, y) => (y % 3 === x % 3 ? sum + y : sum), 0)
  expect(await sums(stage)).toEqual(numbers(sent).map(of))
  const last = { 'input-0/a/m@1?key=k0': of(90), 'input-0/a/m@1?key=k1': of(88), 'input-0/a/m@1?key=k2': of(89) }
  expect(await states(stage)).toEqual(Object.fromEntries(Object.entries(last).map(([key, sum]) => [key, `{"sum":${sum}}`])))
})

test('a version that is gone back to, after a restart, goes on from its own state', async () => {
  await using stage = await EngineStage.create()
  const first = start(stage)
  await stage.send([value('a', 5)])
  await expect.poll(() => sums(stage)).toEqual([5])
  serve(first, 'm@2')
  await stage.send([value('a', 1)])
  await expect.poll(() => sums(stage)).toEqual([5, 1])
  await first.engine.stop()
  const second = start(stage, {}, 'm@2')
  await stage.send([value('a', 1)])
  await expect.poll(() => sums(stage)).toEqual([5, 1, 2])
  serve(second, 'm@1')
  await stage.send([value('a', 1)])
  await expect.poll(() => sums(stage)).toEqual([5, 1, 2, 6])
})

test('a state that was taken off the log begins anew', async () => {
  await using stage = await EngineStage.create()
  const first = start(stage)
  await stage.send([value('a', 5)])
  await expect.poll(() => sums(stage)).toEqual([5])
  await first.engine.stop()
  const key = new TextEncoder().encode('input-0/a/m@1')
  await stage.log.append({ topic: topics.modelState, partition: 0, recordBatch: encodeRecords([{ timestamp: 1, key }]) })
  start(stage)
  await stage.send([value('a', 1)])
  await expect.poll(() => sums(stage)).toEqual([5, 1])
})

test('with snapshots of its own, a node reads only the states that came after', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-states-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await using stage = await EngineStage.create()
  const snapshots = createSnapshotFiles(folder, 'group-tested')
  const reads: bigint[] = []
  const log: Log = overLog(stage.log, {
    topicId: async (topic) => `${topic} one`,
    read(options: ReadOptions) {
      if (options.topic === topics.modelState) reads.push(options.from)
      return stage.log.read(options)
    },
  })
  const first = start(stage, { log, snapshots })
  await stage.send([value('a', 5)])
  await expect.poll(() => sums(stage)).toEqual([5])
  await first.engine.stop()
  const without = start(stage)
  await stage.send([value('a', 1)])
  await expect.poll(() => sums(stage)).toEqual([5, 6])
  await without.engine.stop()
  start(stage, { log, snapshots })
  await stage.send([value('a', 1)])
  await expect.poll(() => sums(stage)).toEqual([5, 6, 7])
  expect(reads).toEqual([0n, 1n])
})

test.each([
  ['no state', 'nonsense'],
  [
    'a state that does not fit',
    '{"topic":"input","partition":0,"dataType":"a","model":"m@1","sha256":"' + 'ab'.repeat(32) + '","state":{"sum":"x"}}',
  ],
])('%s on the topic is reported, and nothing is answered on a guess', async (_, text) => {
  await using stage = await EngineStage.create()
  const [key, record] = ['input-0/a/m@1', text].map((each) => new TextEncoder().encode(each))
  await stage.log.append({ topic: topics.modelState, partition: 0, recordBatch: encodeRecords([{ timestamp: 1, key, value: record }]) })
  const engine = start(stage)
  await stage.send([value('a', 1)])
  await expect.poll(() => engine.failures.length).toBeGreaterThan(0)
  expect(engine.failures[0]!.error).toMatchObject({ code: 'log.corrupt' })
  expect(await sums(stage)).toEqual([])
})
