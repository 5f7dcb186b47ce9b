import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../test/eventually.ts'
import { type ApiUnderTest, startApi } from './fixtures/api-under-test.ts'

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi()
  const records = [...[1, 2, 3, 13].map((x) => ({ dataType: 'number', x })), { dataType: 'quo"te\\d', x: 1 }, { x: 1 }]
  await api.ask({
    method: 'POST',
    url: '/records/numbers',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(records),
  })
  await eventually(
    'all records are counted',
    async () => {
      const { values } = await metrics()
      return (
        values.get('sluice_backlog_records{stream="numbers"}') === 0 &&
        values.has('sluice_records_rejected_total{data_type="",code="record.data-type.missing"}')
      )
    },
    { withinMs: 5000 },
  )
})
afterAll(async () => api[Symbol.asyncDispose]())

interface Metrics {
  readonly types: ReadonlyMap<string, string>
  readonly values: ReadonlyMap<string, number>
}

/** The text format of Prometheus, version 0.0.4, line by line; throws at what it does not allow. */
function parse(text: string): Metrics {
  const types = new Map<string, string>()
  const values = new Map<string, number>()
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue
    const [, name, type] = /^# TYPE ([a-z0-9_]+) (counter|gauge|histogram|summary)$/.exec(line) ?? []
    if (name !== undefined) {
      if (types.has(name)) throw new Error(`two types: ${line}`)
      types.set(name, type!)
      continue
    }
    const [, series, value] = /^([a-z_][a-z0-9_]*(?:\{(?:[a-z_][a-z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*\})?) (\S+)$/.exec(line) ?? []
    if (series === undefined || values.has(series)) throw new Error(`not a sample, or the second of its series: ${line}`)
    values.set(series, Number(value))
  }
  return { types, values }
}

async function metrics(): Promise<Metrics> {
  const response = await api.ask('/metrics')
  expect(response.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
  return parse(response.body)
}

test('each record is in one counter, also those whose data type is not known', async () => {
  const { values, types } = await metrics()
  const counted = [...values].filter(([series]) => /^sluice_records_(scored|rejected)_total/.test(series))
  expect(Object.fromEntries(counted)).toEqual({
    'sluice_records_scored_total{data_type="number",model="double",version="1"}': 3,
    'sluice_records_rejected_total{data_type="number",code="record.score.failed"}': 1,
    'sluice_records_rejected_total{data_type="quo\\"te\\\\d",code="record.no-model"}': 1,
    'sluice_records_rejected_total{data_type="",code="record.data-type.missing"}': 1,
  })
  expect(types.get('sluice_records_scored_total')).toBe('counter')
})

test('what serves, what waits, and the process are told', async () => {
  const { values } = await metrics()
  const series = [...values.keys()]
  expect(series.filter((one) => one.startsWith('sluice_model_info'))).toEqual([
    expect.stringMatching(
      /^sluice_model_info\{data_type="number",model="double",version="1",format="function",sha256="[0-9a-f]{64}"\}$/,
    ) as string,
  ])
  expect(values.get('sluice_backlog_records{stream="wine"}')).toBe(0)
  expect(values.get('sluice_process_resident_memory_bytes')).toBeGreaterThan(1e6)
  expect(values.get('sluice_answer_latency_seconds{data_type="number",model="double",version="1",quantile="0.5"}')).toBeGreaterThanOrEqual(
    0,
  )
})

test('asked for many times at once, the counters are those of one time', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, metrics))
  for (const { values } of answers) expect(values.get('sluice_records_scored_total{data_type="number",model="double",version="1"}')).toBe(3)
})
