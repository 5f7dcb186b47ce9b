import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ModelList } from '../../src/api/contract/models.ts'
import type { ScoredRecord } from '../../src/api/contract/live.ts'
import type { DataTypeState } from '../../src/api/contract/state.ts'
import { eventually } from '../eventually.ts'
import type { ApiClient } from '../system/api-client.ts'
import { wineLines } from '../system/examples.ts'
import { linearPmml } from '../system/linear-pmml.ts'
import { NodeProcess } from '../system/node-process.ts'
import { type CommandResult, runSluice } from '../system/run-sluice.ts'
import { DESCRIPTOR_SET } from '../system/system.ts'
import { wineMessage } from '../system/wine-wire.ts'
import { delimited } from '../system/wire.ts'

const EXAMPLES = resolve(import.meta.dirname, '../../examples')
const DEPARTURES = 36_036
const ROW = [7.4, 0.7, 0, 1.9, 0.076, 11, 34, 0.9978, 3.5, 0.56, 9.5]

const CONFIG = {
  log: 'sqlite:log.db',
  http: { port: 0 },
  logging: { level: 'error' },
  streams: [
    { name: 'flights', input: 'flights', output: 'flight-scores', dataTypes: ['flight'], partitions: 3 },
    { name: 'wine', input: 'wine', output: 'wine-scores', dataTypes: ['wine'] },
    {
      name: 'tutorial',
      input: 'mdata',
      output: 'scores',
      dataTypes: ['red'],
      format: { protobuf: { descriptorSet: DESCRIPTOR_SET, message: 'sluice.examples.WineRecord' } },
    },
  ],
}

describe('the command line, against a node', () => {
  let folder: string
  let node: NodeProcess
  let api: ApiClient
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-command-line-'))
    await writeFile(join(folder, 'sluice.yaml'), JSON.stringify(CONFIG))
    await writeFile(join(folder, 'cut.pmml'), linearPmml(1, { alcohol: 2 }).subarray(0, 300))
    await writeFile(join(folder, 'red.pmml'), linearPmml(1, { alcohol: 2, pH: -1 }))
    node = NodeProcess.start({ cwd: folder, words: ['serve'] })
    api = await node.ready
  })
  afterAll(async () => {
    await node[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const sluice = async (line: string, input?: string): Promise<CommandResult> =>
    runSluice({ cwd: folder, words: line.split(' '), env: { SLUICE_SERVER: api.url, EXAMPLES } }, input)
  const json = async <T>(line: string, input?: string): Promise<T> => {
    const { code, out, err } = await sluice(`${line} --json`, input)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    return JSON.parse(out) as T
  }
  const answered = (dataType: string, count: number): Promise<unknown> =>
    eventually(`${count} records of ${dataType} are answered`, async () => {
      const { scored, rejected } = (await api.state(dataType)).totals
      return scored + rejected === count
    })

  test('publishes models, which serve when the command ends', async () => {
    expect(await json('models list')).toEqual([])
    const first = await sluice(`models publish ${EXAMPLES}/wine/cultivar-1.pmml -d wine -n cultivar -m 1`)
    expect(first).toEqual({ code: 0, out: '✓ cultivar@1 serves wine\n', err: '' })
    expect(await json(`models publish ${EXAMPLES}/wine/cultivar-2.onnx -d wine -n cultivar -m 2`)).toMatchObject({
      id: 'cultivar@2',
      dataType: 'wine',
      status: 'serving',
      reason: null,
    })
    await json(`models publish ${EXAMPLES}/flights/late-arrival-1.pmml -d flight -n late-arrival -m 1`)
    await json(`models publish red.pmml -d red -n red`)
    const list = await json<ModelList>('models list')
    const served = Object.fromEntries(list.map(({ dataType, serving, previous }) => [dataType, [serving, previous]]))
    expect(served).toEqual({ wine: ['cultivar@2', 'cultivar@1'], flight: ['late-arrival@1', null], red: ['red@1', null] })
    const table = (await sluice('models list')).out.trim().split('\n')
    expect(new Set(table.map((line) => line.split(/ {2,}/)[1]))).toEqual(new Set(['SERVING', 'cultivar@2', 'late-arrival@1', 'red@1']))
    const history = await sluice('models history wine')
    expect(history.out).toMatch(/cultivar@2 +serving since .*\ncultivar@1 +ready /)
  })

  test('sends CSV, compressed NDJSON, JSON from the standard input, and protobuf', async () => {
    expect(await json(`records send ${EXAMPLES}/wine/records.csv -s wine`)).toMatchObject({ stream: 'wine', topic: 'wine', records: 178 })
    expect(await json(`records send ${EXAMPLES}/flights/records.ndjson.gz -s flights --key-field carrier`)).toMatchObject({
      records: DEPARTURES,
    })
    const cut = wineLines()[0]!.slice(0, -1)
    expect((await sluice('records send - --as ndjson -s wine', `${wineLines()[0]}\n${cut}\n`)).out).toMatch(/^✓ 2 records .* to wine in /)
    const messages = [10, 20].map((alcohol) => delimited(wineMessage([...ROW.slice(0, 10), alcohol], { ts: 1, dataType: 'red' })))
    await writeFile(join(folder, 'red.bin'), Buffer.concat(messages))
    expect(await json('records send red.bin --as protobuf-delimited -s tutorial')).toMatchObject({ topic: 'mdata', records: 2 })
    const table = 'alcohol;pH\n10;3\n20;4\n'
    expect(await json('records send - --as csv -s tutorial --delimiter ; --add dataType=red', table)).toMatchObject({ records: 2 })
    await answered('wine', 178 + 2)
    await answered('flight', DEPARTURES)
    await answered('red', 4)
  })

  test('shows the answers', async () => {
    // 1 + 2 * alcohol - pH
    const { code, out } = await sluice('scores tail -s tutorial --json')
    expect(code).toBe(0)
    const scores = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ScoredRecord)
    expect(scores.map(({ score, model, offset }) => [offset, model, score])).toEqual([
      ['0', 'red@1', 17.5],
      ['1', 'red@1', 37.5],
      ['2', 'red@1', 18],
      ['3', 'red@1', 37],
    ])
    const followed = await sluice('scores tail -s flights --follow --from-beginning --limit 1000')
    expect(followed.code).toBe(0)
    const lines = followed.out.trim().split('\n')
    expect(lines).toHaveLength(1000)
    expect(lines[0]).toMatch(/flight +late-arrival@1 +(late|on-time) .*flights\[\d\]@\d+ \w\w$/)
  })

  test('tells the statistics', async () => {
    const states = await json<DataTypeState[]>('state')
    const scored = Object.fromEntries(states.map(({ dataType, totals }) => [dataType, totals.scored]))
    expect(scored).toEqual({ flight: DEPARTURES, red: 4, wine: 179 })
    const wine = await json<DataTypeState>('state wine')
    expect(wine).toEqual(await api.state('wine'))
    expect(wine.totals).toEqual({ scored: 179, rejected: 1, rejections: { 'record.json.malformed': 1 } })
    expect((await sluice('state wine')).out).toMatch(/^wine, served by cultivar@2\n.*179\n.*1\n.*1 × record\.json\.malformed/s)
  })

  test('rolls back in one step, and retires', async () => {
    expect(await sluice('models rollback wine')).toEqual({ code: 0, out: '✓ cultivar@1 serves wine\n', err: '' })
    expect((await api.models('wine')).serving).toBe('cultivar@1')
    const again = await sluice('models rollback wine')
    expect(again).toMatchObject({ code: 1, out: '' })
    expect(again.err).toMatch(/^error model\.rollback\.impossible: .*cultivar@1\n {2}→ /)
    expect(await json('models rollback wine --to cultivar@2')).toMatchObject({ id: 'cultivar@2', status: 'serving' })
    expect(await json('models retire wine cultivar@1')).toMatchObject({ id: 'cultivar@1', status: 'retired' })
    expect((await api.models('wine')).versions.map(({ id, status }) => [id, status])).toEqual([
      ['cultivar@2', 'serving'],
      ['cultivar@1', 'retired'],
    ])
  })

  test.each([
    ['a model that is cut', 'models publish cut.pmml -d wine -n cut', 1, 'model.malformed', /XML/],
    ['other bytes under a known version', 'models publish red.pmml -d wine -n cultivar -m 2', 1, 'model.version.immutable', /cultivar@2/],
    [
      'a model whose inputs are not there',
      `models publish ${EXAMPLES}/wine/cultivar-2.onnx -d red -n odd`,
      1,
      'model.inputs.mismatch',
      /odd@1.*'hue'/,
    ],
    ['a data type that no stream has', 'models publish red.pmml -d beer -n b', 1, 'model.inputs.mismatch', /'beer'/],
    ['a file that is not there', 'models publish gone.pmml -d wine -n gone', 1, 'cli.file.unreadable', /gone\.pmml/],
    ['a format that has no runtime', 'models publish red.pmml -d wine -n w --format remote', 1, 'model.format.unknown', /'remote'.*pmml/],
    ['a data type without models', 'models history cider', 1, 'api.not-found', /'cider'/],
    ['a version that is not there', 'models rollback wine --to cultivar@9', 1, 'model.not-found', /cultivar@9/],
    [
      'a stream that is not there',
      `records send ${EXAMPLES}/wine/records.csv -s beer`,
      1,
      'api.not-found',
      /'beer'.*flights, wine, tutorial/,
    ],
    ['no stream, where there are several', `records send ${EXAMPLES}/wine/records.csv`, 2, 'cli.usage', /flights, wine, tutorial/],
    ['a command that is not there', 'models publis', 2, 'cli.usage', /publis.*did you mean publish/],
    ['a node that is not there', 'models list --server http://127.0.0.1:9', 3, 'api.unreachable', /127\.0\.0\.1:9/],
    ['a log that another node has open', 'serve', 1, 'log.in-use', /log\.db/],
    ['a setting that is wrong', 'serve --log memory: --set streams[0].partitions=none', 1, 'config.invalid', /partitions.*none.*--set/],
  ])('%s ends with a code, a reason and what to do', async (_, line, code, errorCode, reason) => {
    const told = await sluice(`${line} --json`)
    expect(told.code).toBe(code)
    const error = JSON.parse(told.err.trim().split('\n').at(-1)!) as { code: string; message: string; remedy: string }
    expect(error.code).toBe(errorCode)
    expect(error.message).toMatch(reason)
    expect(error.remedy.length).toBeGreaterThan(10)
  })

  test('none of which changed what serves', async () => {
    expect((await api.models('wine')).serving).toBe('cultivar@2')
    expect((await api.models('red')).serving).toBe('red@1')
    expect(node.said).not.toMatch(/"level":[56]0/)
    expect(await node.stop()).toEqual({ code: 0, signal: null })
  })
})
