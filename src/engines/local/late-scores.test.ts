import { expect, test } from 'vitest'
import { readAll } from '../../../test/contracts/log/plain-record.ts'
import { value } from '../../../test/fixtures/serving/json-operator.ts'
import { loadedStub, StubModel } from '../../../test/fixtures/serving/stub-model.ts'
import { createArmsPolicy } from '../../policies/batch/create-arms-policy.ts'
import { EngineStage, type RunningEngine } from './fixtures/engine-stage.ts'

/** An engine with a model that answers at once, and a shadow that answers when the test lets it. */
function startLate(stage: EngineStage): RunningEngine & { readonly gate: PromiseWithResolvers<void> } {
  const gate = Promise.withResolvers<void>()
  const running = stage.start()
  const { operator } = running
  operator.setPolicy('a', createArmsPolicy({ answer: 'fast', shadow: [{ model: 'slow' }] }, 1))
  operator.serveArm('a', 'fast', operator.fit(loadedStub('fast@1', 'a')))
  operator.serveArm('a', 'slow', operator.fit(loadedStub('slow@1', 'a', new StubModel({ before: async () => gate.promise }))))
  return { ...running, gate }
}

const armOf = async (stage: EngineStage) => (await stage.statistics()).get('input-0/a/slow@1')?.arm
const counted = { scored: 2, failed: 0, late: 2, cancelled: 0, chosen: 0, compared: 2, agreed: 2 }

test('scores that come when their batch is committed are on the log soon, though no more records come; the offset stays', async () => {
  await using stage = await EngineStage.create()
  const { gate, failures, engine } = startLate(stage)
  await stage.send([value('a', 1), value('a', 2)])
  await expect.poll(async () => (await stage.answers()).length).toBe(2)
  expect(await armOf(stage)).toBeUndefined()
  gate.resolve()
  await expect.poll(async () => armOf(stage), { timeout: 5000 }).toEqual(counted)
  await stage.send([value('a', 3)])
  await expect.poll(async () => (await stage.answers()).map(({ offset }) => offset)).toEqual([0, 1, 2])
  await engine.stop()
  const again = stage.start({ model: new StubModel() })
  await again.engine.assigned
  await stage.send([value('a', 4)])
  await expect.poll(async () => (await stage.answers()).map(({ offset }) => offset)).toEqual([0, 1, 2, 3])
  expect([failures, again.failures]).toEqual([[], []])
})

test('scores that wait for a commit when the stream is stopped are committed by then; what comes after is not counted anywhere', async () => {
  await using stage = await EngineStage.create()
  const { gate, engine, lanes, operator } = startLate(stage)
  const never = Promise.withResolvers<void>()
  await stage.send([value('a', 1), value('a', 2)])
  await expect.poll(async () => (await stage.answers()).length).toBe(2)
  const [lane] = [...lanes]
  operator.serveArm('a', 'slow', operator.fit(loadedStub('slow@2', 'a', new StubModel({ before: async () => never.promise }))))
  await stage.send([value('a', 3)])
  await expect.poll(async () => (await stage.answers()).length).toBe(3)
  gate.resolve()
  await expect.poll(() => lane!.late.isEmpty).toBe(false)
  await engine.stop()
  expect(await armOf(stage)).toEqual(counted)
  const records = (await readAll(stage.log, 'statistics', { partition: 0 })).length
  never.resolve()
  await new Promise((resolve) => setImmediate(resolve))
  expect((await readAll(stage.log, 'statistics', { partition: 0 })).length).toBe(records)
  expect([...lane!.allStatistics()].map(({ model }) => model).toSorted()).toEqual(['fast@1', 'slow@1'])
})
