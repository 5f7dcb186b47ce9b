import { expect, test } from 'vitest'
import { readAll } from '../../../test/contracts/log/plain-record.ts'
import { value } from '../../../test/fixtures/serving/json-operator.ts'
import { overGroup, overLog } from '../../../test/fixtures/serving/over-log.ts'
import { StubModel } from '../../../test/fixtures/serving/stub-model.ts'
import { SluiceError } from '../../core/errors.ts'
import { encodeRecords } from '../../core/record-batch-writer.ts'
import { EngineStage } from './fixtures/engine-stage.ts'

/** A gate per frame: the model answers a frame when the test opens its gate. */
function gatedModel(): { model: StubModel; gates: PromiseWithResolvers<void>[]; openAll: () => void } {
  const gates: PromiseWithResolvers<void>[] = []
  let open = false
  const model = new StubModel({
    before: async () => {
      const gate = Promise.withResolvers<void>()
      gates.push(gate)
      if (!open) await gate.promise
    },
  })
  return {
    model,
    gates,
    openAll() {
      open = true
      for (const gate of gates) gate.resolve()
    },
  }
}

const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i)

test('a restart goes on where the last commit ended, with the statistics and the serving versions as they were', async () => {
  await using stage = await EngineStage.create()
  const first = stage.start({ model: new StubModel() })
  await stage.send([value('a', 1), '{', value('b', 1), value('a', 2)])
  await expect.poll(async () => (await stage.answers()).length).toBe(2)
  await first.engine.stop()
  const before = await stage.statistics()
  expect([...before.keys()].toSorted()).toEqual(['input-0//', 'input-0/a/m@1', 'input-0/b/'])
  expect(await stage.markers()).toHaveLength(1)

  await stage.send([value('a', 3)])
  const second = stage.start({ model: new StubModel() })
  await second.engine.assigned
  const [restored] = [...second.lanes]
  expect(restored!.serving).toEqual(new Map([['a', 'm@1']]))
  await expect.poll(async () => (await stage.answers()).map((answer) => answer.offset)).toEqual([0, 3, 4])
  const after = await stage.statistics()
  expect(after.get('input-0/a/m@1')).toMatchObject({ usage: 3, since: before.get('input-0/a/m@1')!.since })
  expect(after.get('input-0//')).toEqual(before.get('input-0//'))
  expect(after.get('input-0/b/')).toEqual(before.get('input-0/b/'))
  expect(await stage.markers()).toHaveLength(1)
})

test('what a restart restores is what was committed, to the last digit', async () => {
  await using stage = await EngineStage.create()
  const first = stage.start({ model: new StubModel() })
  for (const x of numbers(20)) await stage.send([value('a', x), x % 3 === 0 ? null : value('a', x)])
  await expect.poll(async () => (await stage.answers()).length + (await stage.answers('dead-letters')).length).toBe(40)
  await first.engine.stop()
  const committed = await stage.statistics()
  const second = stage.start()
  await second.engine.assigned
  const restored = [...second.lanes].flatMap((lane) => [...lane.allStatistics()].map((each) => each.toJSON()))
  expect(restored.toSorted((a, b) => a.model.localeCompare(b.model))).toEqual(
    [...committed.values()].toSorted((a, b) => a.model.localeCompare(b.model)),
  )
})

test.each([
  ['before anything is written', false],
  ['after all was written', true],
])('a commit that fails %s is followed by a new start from what is on the log, with nothing lost or twice', async (_, isWritten) => {
  await using stage = await EngineStage.create()
  let failing = 2
  const log = overGroup(stage.log, (group) => ({
    async commit(commit) {
      const fails = commit.offsets[0]!.next > 10n && failing-- > 0
      if (!fails || isWritten) await group.commit(commit)
      if (fails) throw new SluiceError('log.unavailable', 'the disk went away')
    },
  }))
  const model = new StubModel({ before: async () => new Promise(setImmediate) })
  const running = stage.start({ model, log, maxBatchBytes: 1 })
  for (const x of numbers(30)) await stage.send([value('a', x)])
  await expect.poll(async () => (await stage.answers()).map((answer) => answer.offset)).toEqual(numbers(30))
  expect(running.failures.map(({ error }) => (error as SluiceError).code)).toEqual(Array(2).fill('log.unavailable'))
  expect((await stage.statistics()).get('input-0/a/m@1')).toMatchObject({ usage: 30 })
  expect(await stage.markers()).toHaveLength(1)

  // Work that was not committed has given its model back.
  running.operator.serve('a', undefined)
  await running.engine.stop()
  expect(model.disposals).toBe(1)
})

test('the pause before a new start grows as long as nothing can be committed', async () => {
  await using stage = await EngineStage.create()
  let broken = true
  const log = overGroup(stage.log, (group) => ({
    async commit(commit) {
      if (broken) throw new SluiceError('log.append.refused', 'too large')
      await group.commit(commit)
    },
  }))
  const running = stage.start({ model: new StubModel(), log })
  await stage.send([value('a', 1)])
  await expect.poll(() => running.failures.map((failure) => failure.retryInMs), { timeout: 3000 }).toEqual([100, 200, 400])
  broken = false
  await expect.poll(async () => (await stage.answers()).length).toBe(1)
  broken = true
  await stage.send([value('a', 1)])
  await expect.poll(() => running.failures.at(-1)!.retryInMs).toBe(100)
})

test('two engines of a group share the partitions, and every record is answered once while they come and go', async () => {
  await using stage = await EngineStage.create(4)
  const slow = (): StubModel => new StubModel({ before: async () => new Promise(setImmediate) })
  const first = stage.start({ model: slow() })
  await first.engine.assigned
  expect(first.lanes.size).toBe(4)
  let sent = 0
  const sendSome = async (): Promise<void> => {
    for (const partition of numbers(4))
      await stage.send(
        numbers(5).map((x) => value('a', x)),
        partition,
      )
    sent += 20
  }
  for (let i = 0; i < 5; i++) await sendSome()
  const second = stage.start({ model: slow() })
  await second.engine.assigned
  expect([first.lanes.size, second.lanes.size]).toEqual([2, 2])
  for (let i = 0; i < 5; i++) await sendSome()
  await first.engine.stop()
  for (let i = 0; i < 5; i++) await sendSome()
  await expect.poll(async () => (await stage.answers()).length).toBe(sent)
  expect(second.lanes.size).toBe(4)
  for (const partition of numbers(4)) {
    const offsets = (await stage.answers()).filter((answer) => answer.partition === partition).map((answer) => answer.offset)
    expect(offsets).toEqual(numbers(75))
    expect((await stage.statistics(partition)).get(`input-${partition}/a/m@1`)!.usage).toBe(75)
    expect(await stage.markers(partition)).toHaveLength(1)
  }
  expect([...first.failures, ...second.failures]).toEqual([])
})

test('a model that answers later gets a bounded number of batches, and is given the next as it answers', async () => {
  await using stage = await EngineStage.create()
  const { model, gates, openAll } = gatedModel()
  stage.start({ model, maxBatchBytes: 1 })
  for (const x of numbers(10)) await stage.send([value('a', x)])
  await expect.poll(() => gates.length).toBe(4)
  gates[1]!.resolve()
  gates[0]!.resolve()
  await expect.poll(() => gates.length).toBe(6)
  expect((await stage.answers()).map((answer) => answer.offset)).toEqual([0, 1])
  openAll()
  await expect.poll(async () => (await stage.answers()).map((answer) => answer.offset)).toEqual(numbers(10))
})

test('stopping takes no new batch and commits those that have begun', async () => {
  await using stage = await EngineStage.create()
  const { model, gates, openAll } = gatedModel()
  const running = stage.start({ model, maxBatchBytes: 1 })
  for (const x of numbers(10)) await stage.send([value('a', x)])
  await expect.poll(() => gates.length).toBe(4)
  const stopping = running.engine.stop()
  openAll()
  await stopping
  const answered = (await stage.answers()).map((answer) => answer.offset)
  expect(answered).toEqual(numbers(answered.length))
  expect(answered.length).toBeGreaterThanOrEqual(4)
  expect(answered.length).toBe(gates.length)
  expect(running.lanes.size).toBe(0)
})

test('models swapped under load: each output is by the version that the markers say', async () => {
  await using stage = await EngineStage.create()
  const running = stage.start({ model: new StubModel(), maxBatchBytes: 1 })
  for (const i of numbers(60)) {
    await new Promise(setImmediate)
    await stage.send([value('a', i), value('a', i)])
    if (i % 7 === 0)
      running.serve(`m@${2 + i}`, i % 2 === 0 ? new StubModel() : new StubModel({ before: async () => new Promise(setImmediate) }))
  }
  await expect.poll(async () => (await stage.answers()).length).toBe(120)
  const markers = await stage.markers()
  expect(markers.length).toBeGreaterThan(3)
  const byMarkers = numbers(120).map((offset) => markers.findLast((marker) => Number(marker.fromOffset) <= offset)!)
  expect((await stage.answers()).map((answer) => answer.model)).toEqual(byMarkers.map(({ name, version }) => `${name}@${version}`))
})

test('a state topic with a record that is not ours is reported, and nothing is answered on a guess', async () => {
  await using stage = await EngineStage.create()
  await stage.log.append({
    topic: 'statistics',
    partition: 0,
    recordBatch: encodeRecords([{ timestamp: 1, key: Buffer.from('k'), value: Buffer.from('{') }]),
  })
  const running = stage.start({ model: new StubModel() })
  await stage.send([value('a', 1)])
  await expect.poll(() => running.failures.length).toBeGreaterThan(0)
  expect(running.failures[0]!.error).toMatchObject({ code: 'log.corrupt', message: expect.stringContaining('statistics-0') as string })
  expect(await readAll(stage.log, 'output')).toEqual([])
})

test('a group that can not be joined is tried again', async () => {
  await using stage = await EngineStage.create()
  let failing = 1
  const log = overLog(stage.log, {
    async join(options) {
      if (failing-- > 0) throw new SluiceError('log.unavailable', 'no broker')
      return stage.log.join(options)
    },
  })
  const running = stage.start({ model: new StubModel(), log })
  await stage.send([value('a', 1)])
  await expect.poll(async () => (await stage.answers()).length).toBe(1)
  expect(running.failures).toHaveLength(1)
})
