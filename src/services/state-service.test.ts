import { expect, test } from 'vitest'
import { ModelStatistics } from '../core/statistics.ts'
import { createFold, publishing } from '../registry/fixtures/commands.ts'
import { createStateService } from './state-service.ts'

interface Did {
  readonly model: string
  readonly since: number
  readonly scored?: readonly (readonly [rows: number, ms: number])[]
  readonly rejected?: readonly string[]
  readonly dataType?: string
}

function did({ model, since, scored = [], rejected = [], dataType = 'wine' }: Did): ModelStatistics {
  const statistics = new ModelStatistics({ dataType, model, description: `about ${model}`, format: 'pmml', since })
  for (const [rows, ms] of scored) statistics.scored(rows, ms)
  for (const code of rejected) statistics.reject(code)
  return statistics
}

test('the statistics of all partitions are added up, the serving version first and the rest from the newest', async () => {
  const { registry, apply } = createFold()
  apply(publishing('m@1', 'a')).entry.status = 'serving'
  const all = [
    did({ model: 'm@1', since: 200, scored: [[10, 5]], rejected: ['record.feature.missing'] }),
    did({ model: 'm@1', since: 100, scored: [[10, 1], [5, 10]], rejected: ['record.feature.missing', 'record.score.failed'] }),
    did({ model: 'm@2', since: 300, scored: [[1, 1]] }),
    did({ model: '', since: 50, rejected: ['record.no-model'] }),
    did({ model: '', since: 50, rejected: ['record.tombstone'], dataType: '' }),
    did({ model: 'x@1', since: 50, scored: [[99, 1]], dataType: 'beer' }),
  ] // prettier-ignore
  const service = createStateService(registry, async () => all)
  const first = { id: 'm@1', name: 'm', version: '1', since: 100, usage: 25, rejected: 3, duration: 16, min: 0.1, max: 2, format: 'pmml' }
  expect(await service.state('wine')).toMatchObject({
    dataType: 'wine',
    serving: 'm@1',
    ...first,
    totals: { scored: 26, rejected: 4, rejections: { 'record.feature.missing': 2, 'record.score.failed': 1, 'record.no-model': 1 } },
    versions: [{ id: 'm@2', usage: 1 }, first],
  })
  expect(await service.processors()).toEqual(['beer', 'wine'])
  expect(await service.rejectedWithoutDataType()).toEqual({ 'record.tombstone': 1 })
  await expect(service.state('')).rejects.toMatchObject({ code: 'api.not-found' })
})

test('a data type whose model has not answered yet has a state, and one that is not known has none', async () => {
  const { registry, apply } = createFold()
  apply(publishing('m@1', 'a'))
  const service = createStateService(registry, async () => [])
  expect(await service.state('wine')).toEqual({
    dataType: 'wine',
    serving: null,
    totals: { scored: 0, rejected: 0, rejections: {} },
    versions: [],
  })
  await expect(service.state('beer')).rejects.toMatchObject({ code: 'api.not-found', message: expect.stringContaining('beer') as string })
})

test('the state of the version that serves is shown by partition, and no state of another', async () => {
  const { registry, apply } = createFold()
  apply(publishing('m@1', 'a')).entry.status = 'serving'
  const states = [{ topic: 'in', partition: 0, bytes: 9, value: { sum: 12 } }]
  const service = createStateService(registry, async () => [], {
    states: async (dataType, model) => (`${dataType}/${model}` === 'wine/m@1' ? states : []),
  })
  expect((await service.state('wine')).states).toEqual(states)
})
