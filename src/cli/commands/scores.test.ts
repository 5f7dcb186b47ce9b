import { describe, expect, test } from 'vitest'
import type { DataTypeState } from '../../api/contract/index.ts'
import { NOW, run } from '../testing/fake-io.ts'
import { aScore, startFakeNode } from '../testing/fake-node.ts'

describe('scores tail', () => {
  test('is a line per record, safe for a terminal', async () => {
    await using node = await startFakeNode()
    node.scores = [aScore(), aScore({ key: 'a\u001b]0;x\u0007\nb', score: 0.5, outputs: { score: 0.5 }, latencyMs: 12.3 })]
    const { exitCode, out } = await run(`scores tail --server ${node.server}`)
    expect(exitCode).toBe(0)
    expect(node.requests.map(({ path }) => path)).toEqual(['/live', '/scores/flights'])
    expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['10:20:30.456', 'flight', 'late-arrival@2', 'late', 'probability=0.87312', '420 µs', 'flights[0]@41'],
      ['10:20:30.456', 'flight', 'late-arrival@2', '0.5', '12 ms', 'flights[0]@41 a\ufffd]0;x\ufffd b'],
      [''],
    ])
  })

  test('as JSON is what the node sent, one per line', async () => {
    await using node = await startFakeNode()
    node.scores = [aScore(), aScore({ offset: '42' }), aScore({ offset: '43' })]
    const { out } = await run(`scores tail --stream flights --limit 2 --json --server ${node.server}`)
    expect(node.requests[0]!.query).toEqual({ limit: '2' })
    expect(out).toBe(
      node.scores
        .slice(0, 2)
        .map((score) => `${JSON.stringify(score)}\n`)
        .join(''),
    )
  })

  test('following ends with Ctrl-C, as 130 and quietly', async () => {
    await using node = await startFakeNode()
    node.scores = [aScore()]
    const words = `scores tail --stream flights --follow --from-beginning --server ${node.server}`
    const { exitCode, out, err } = await run(words, { onOutput: (_, stop) => stop(130) })
    expect(node.requests[0]!.query).toEqual({ follow: 'true', from: 'beginning' })
    expect([exitCode, err]).toEqual([130, ''])
    expect(out).toContain('late-arrival@2')
  })

  test('something that is no answer is told', async () => {
    await using node = await startFakeNode()
    node.scores = [{ nonsense: true } as never]
    const { exitCode, err } = await run(`scores tail --stream flights --server ${node.server}`)
    expect(exitCode).toBe(1)
    expect(err).toContain('the node sent an answer that this command line does not know: {"nonsense":true}')
  })
})

describe('state', () => {
  const latency = { p50: 0.4, p95: 1, p99: 2.5, p999: 3, max: 4 }
  const version = {
    id: 'tree@2',
    name: 'tree',
    version: '2',
    description: '',
    format: 'pmml',
    since: NOW - 180_000,
    usage: 12_000,
    rejected: 7,
    duration: 24,
    min: 0.001,
    max: 0.25,
    latency,
  }
  const state: DataTypeState = {
    ...version,
    dataType: 'wine',
    serving: 'tree@2',
    totals: { scored: 12_000, rejected: 10, rejections: { 'record.json.malformed': 3, 'record.feature.missing': 7 } },
    versions: [version],
  }

  test('of all data types is a line each', async () => {
    await using node = await startFakeNode()
    node.states = [state]
    const { out } = await run(`state --server ${node.server}`)
    expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['DATA TYPE', 'SERVING', 'SCORED', 'REJECTED', 'SINCE'],
      ['wine', 'tree@2', '12,000', '10', '3 min ago'],
      [''],
    ])
    expect(JSON.parse((await run(`state --json --server ${node.server}`)).out)).toEqual([state])
  })

  test('of one data type has its versions and why records were rejected', async () => {
    await using node = await startFakeNode()
    node.states = [state]
    const { out } = await run(`state wine --server ${node.server}`)
    expect(out.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['wine, served by tree@2'],
      ['scored', '12,000'],
      ['rejected 10'],
      ['7 × record.feature.missing'],
      ['3 × record.json.malformed'],
      [''],
      ['VERSION', 'FORMAT', 'FIRST SERVED', 'SCORED', 'REJECTED', 'PER RECORD', 'MIN', 'MAX', 'LATENCY P50', 'P99'],
      ['tree@2', 'pmml', '3 min ago', '12,000', '7', '2 µs', '1 µs', '250 µs', '400 µs', '2.5 ms'],
      [''],
    ])
    expect(JSON.parse((await run(`state wine --json --server ${node.server}`)).out)).toEqual(state)
  })

  test('of nothing says what to do', async () => {
    await using node = await startFakeNode()
    expect((await run(`state --server ${node.server}`)).out).toContain('Publish one: sluice models publish --help')
    const { exitCode, err } = await run(`state beer --server ${node.server}`)
    expect(exitCode).toBe(1)
    expect(err).toContain("error api.not-found: there is no data type 'beer'")
  })
})
