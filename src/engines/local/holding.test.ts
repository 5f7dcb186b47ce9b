import { expect, test } from 'vitest'
import { value } from '../../../test/fixtures/serving/json-operator.ts'
import { StubModel } from '../../../test/fixtures/serving/stub-model.ts'
import { systemClock } from '../../core/clock.ts'
import { EngineStage } from './fixtures/engine-stage.ts'

test('records without a model wait on the log, and are answered by the first model that comes', async () => {
  await using stage = await EngineStage.create()
  const running = stage.start({ options: { beforeModel: { do: 'hold', maxMs: 60_000, maxRecords: 100 } } })
  await stage.send([value('a', 1), value('a', 2)])
  await expect.poll(() => running.held).toEqual(['a'])
  expect(await stage.statistics()).toEqual(new Map())
  running.serve('m@1')
  await expect.poll(async () => (await stage.answers()).map((answer) => answer.model)).toEqual(['m@1', 'm@1'])
  expect(running.held).toEqual(['a', null])
})

test('when their time is over, records are rejected without a look at the clock of the next half second', async () => {
  await using stage = await EngineStage.create()
  const running = stage.start({ options: { clock: systemClock, beforeModel: { do: 'hold', maxMs: 30, maxRecords: 100 } } })
  await running.engine.assigned
  const started = performance.now()
  await stage.send([value('a', 1)])
  await expect.poll(async () => (await stage.answers('dead-letters')).length, { interval: 5 }).toBe(1)
  const waited = performance.now() - started
  expect(waited).toBeGreaterThanOrEqual(29)
  expect(waited).toBeLessThan(400)
  await stage.send([value('a', 1)])
  await expect.poll(async () => (await stage.answers('dead-letters')).length).toBe(2)
  expect(running.held).toEqual(['a', null])
})

test.each([1, 1 << 20])(
  'when more wait than the stream allows, those that waited longest are rejected (batches of %i bytes)',
  async (maxBatchBytes) => {
    await using stage = await EngineStage.create()
    const running = stage.start({ options: { beforeModel: { do: 'hold', maxMs: 60_000, maxRecords: 3 } }, maxBatchBytes })
    await stage.send([value('a', 1), value('a', 2), value('a', 3)])
    await expect.poll(() => running.held).toEqual(['a'])
    expect(await stage.answers('dead-letters')).toEqual([])
    await stage.send([value('a', 4), value('a', 5)])
    await expect.poll(async () => (await stage.answers('dead-letters')).length, { timeout: 3000 }).toBe(2)
    // The other three still wait, and the model answers them when it comes.
    running.serve('m@1')
    await expect.poll(async () => (await stage.answers()).length, { timeout: 3000 }).toBe(3)
    expect(await stage.answers('dead-letters')).toHaveLength(2)
  },
)

test('an engine that holds records stops at once, says that it no longer holds them, and leaves them on the log', async () => {
  await using stage = await EngineStage.create()
  const options = { beforeModel: { do: 'hold' as const, maxMs: 60_000, maxRecords: 100 } }
  const running = stage.start({ options })
  await stage.send([value('a', 1)])
  await expect.poll(() => running.held).toEqual(['a'])
  await running.engine.stop()
  expect(running.held).toEqual(['a', null])
  stage.start({ options, model: new StubModel() })
  await expect.poll(async () => (await stage.answers()).length).toBe(1)
})
