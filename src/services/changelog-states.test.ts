import { expect, test } from 'vitest'
import { stateKey, stateText } from '../core/model-state.ts'
import { encodeRecords } from '../core/record-batch-writer.ts'
import { createMemoryLog } from '../logs/memory/memory-log.ts'
import { ChangelogStates } from './changelog-states.ts'

const encoder = new TextEncoder()

async function createStage() {
  const log = createMemoryLog()
  await log.ensureTopics([{ topic: 'states', partitions: 20, cleanup: 'compact' }])
  const commit = async (partition: number, snapshot: string | undefined, model = 'm@1', key?: string) => {
    const [place, state] = [{ topic: 'in', partition }, { dataType: 'wine', model, sha256: 'ab', snapshot, ...(key !== undefined && { key }) }] // prettier-ignore
    const text = stateText(place, state)
    const record = {
      timestamp: 1,
      key: encoder.encode(stateKey(place, state)),
      value: text === undefined ? undefined : encoder.encode(text),
    }
    await log.append({ topic: 'states', partition, recordBatch: encodeRecords([record]) })
  }
  return { log, commit, states: new ChangelogStates(log, 'states') }
}

test('the last state of each partition is shown, of the version that is asked for', async () => {
  const { commit, states } = await createStage()
  expect(await states.of('wine', 'm@1')).toEqual([])
  await commit(10, '{"n":1}')
  await commit(2, '{"n":"é"}')
  await commit(2, '{}', 'm@2')
  await commit(10, '{"n":9007199254740993,"x":1e300,"y":[0.1,-12345678901234567890]}')
  expect(await states.of('wine', 'm@1')).toEqual([
    { topic: 'in', partition: 2, bytes: 10, value: { n: 'é' } },
    { topic: 'in', partition: 10, bytes: 64, value: { n: '9007199254740993', x: 1e300, y: [0.1, '-12345678901234567890'] } },
  ])
  await commit(2, undefined)
  expect((await states.of('wine', 'm@1')).map(({ partition }) => partition)).toEqual([10])
})

test('what is too long is told, not shown, and so is what is nested too deep', async () => {
  const { commit, states } = await createStage()
  await commit(0, JSON.stringify('x'.repeat(65_535)))
  await commit(1, `${'['.repeat(30_000)}${']'.repeat(30_000)}`)
  expect(await states.of('wine', 'm@1')).toMatchObject([
    { bytes: 65_537, value: null },
    { partition: 1, bytes: 60_000 },
  ])
  expect(JSON.stringify(await states.of('wine', 'm@1')).length).toBeLessThan(1000)
})

test('states are shown up to a mebi of characters together', async () => {
  const { commit, states } = await createStage()
  const text = JSON.stringify('x'.repeat(65_534))
  for (let partition = 0; partition < 20; partition++) await commit(partition, text)
  const shown = await states.of('wine', 'm@1')
  expect(shown.map(({ value }) => value !== null)).toEqual(Array.from({ length: 20 }, (_, i) => i < 16))
})

test('of a model with a state for each key, they are listed by key, or that of one key is told', async () => {
  const { commit, states } = await createStage()
  await commit(1, '{"n":1}', 'm@1', 'b')
  await commit(0, '{"n":2}', 'm@1', 'caf%C3%A9')
  await commit(1, '{"n":3}', 'm@1', 'a')
  await commit(1, '{"n":4}', 'm@1', '%FF')
  await commit(1, '{"n":5}', 'm@2', 'a')
  const one = (partition: number, key: string, n: number) => ({ topic: 'in', partition, key, bytes: 7, value: { n } })
  expect(await states.of('wine', 'm@1')).toEqual([one(0, 'café', 2), one(1, '%FF', 4), one(1, 'a', 3), one(1, 'b', 1)])
  expect(await states.of('wine', 'm@1', 'café')).toEqual([one(0, 'café', 2)])
  expect(await states.of('wine', 'm@1', 'nobody')).toEqual([])
  for (let i = 0; i < 1000; i++) await commit(2, '{}', 'm@1', `k${i}`)
  expect(await states.of('wine', 'm@1')).toHaveLength(1000)
  expect(await states.of('wine', 'm@1', 'k999')).toEqual([{ topic: 'in', partition: 2, key: 'k999', bytes: 2, value: {} }])
})

test('what is no state on the topic is told', async () => {
  const { log, states } = await createStage()
  const value = encoder.encode('{}')
  await log.append({ topic: 'states', partition: 0, recordBatch: encodeRecords([{ timestamp: 1, key: value, value }]) })
  await expect(states.of('wine', 'm@1')).rejects.toMatchObject({ code: 'log.corrupt' })
})
