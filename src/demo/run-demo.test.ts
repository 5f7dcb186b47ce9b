import { expect, test } from 'vitest'
import { eventually } from '../../test/eventually.ts'
import { startTestNode } from '../../test/fixtures/serving/test-node.ts'
import { runDemo } from './run-demo.ts'

const settings = {
  streams: [
    { name: 'flights', input: 'flights', output: 'flight-scores', dataTypes: ['flight'] },
    { name: 'wine', input: 'wine', output: 'wine-scores', dataTypes: ['wine'] },
  ],
}

test('the demo plays to its end: versions take over one after the other, a broken one is refused, damaged records are dead letters', async () => {
  await using node = await startTestNode({ settings })
  const { services } = node
  const abort = new AbortController()
  const failures: unknown[] = []
  const playing = runDemo({ services, rate: 4000, haste: 500, signal: abort.signal, onFailure: (error) => failures.push(error) })
  await eventually('all versions have come to where they stay, and a damaged record was seen', async () => {
    const histories = await services.models.list()
    const serving = new Set(histories.map((history) => history.serving))
    const isRefused = histories.some((history) =>
      history.versions.some(({ id, status }) => id === 'late-arrival@4' && status === 'refused'),
    )
    const { streams } = await services.live.snapshot()
    return serving.has('cultivar@2') && serving.has('late-arrival@3') && isRefused && streams[0]!.rejected > 0
  })
  abort.abort()
  await playing
  expect(failures).toEqual([])

  const flights = await services.models.history('flight')
  // One that was still being loaded when the next arrived may not have served.
  expect(flights.versions.map(({ id, status }) => [id, status === 'refused'])).toEqual([
    ['late-arrival@4', true],
    ['late-arrival@3', false],
    ['late-arrival@2', false],
    ['late-arrival@1', false],
  ])
  const { totals, versions } = await services.state.state('flight')
  expect(totals.scored).toBeGreaterThan(900)
  expect(versions.map(({ name }) => name)).toEqual(versions.map(() => 'late-arrival'))
  const { streams, rejections } = await services.live.snapshot()
  expect(streams[1]!.scored).toBeGreaterThan(0)
  expect(new Set(rejections.map(({ code }) => code))).toEqual(new Set(['record.json.malformed']))
}, 30_000)

test('a demo that goes on from an earlier one publishes nothing twice', async () => {
  await using node = await startTestNode({ settings })
  const { services } = node
  const play = async (): Promise<number> => {
    const abort = new AbortController()
    const playing = runDemo({ services, rate: 100, haste: 5000, signal: abort.signal, onFailure: () => {} })
    const count = await eventually('all versions have arrived', async () => {
      const versions = (await services.models.list()).flatMap((history) => history.versions)
      return versions.length >= 6 && versions.length
    })
    abort.abort()
    await playing
    return count
  }
  expect(await play()).toBe(6)
  const before = (await services.models.list()).flatMap((history) => history.versions.map(({ offset }) => offset))
  expect(await play()).toBe(6)
  expect((await services.models.list()).flatMap((history) => history.versions.map(({ offset }) => offset))).toEqual(before)
}, 30_000)
