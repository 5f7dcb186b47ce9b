import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../eventually.ts'
import type { ApiClient } from '../system/api-client.ts'
import { checkMarkers, type Marker, pairUp } from '../system/check-answers.ts'
import { checkExample } from '../system/check-examples.ts'
import { checkState } from '../system/check-state.ts'
import { readSqliteFile } from '../system/embedded-world.ts'
import { flightLines, modelsOf, publishPath } from '../system/examples.ts'
import { NodeProcess } from '../system/node-process.ts'

/** For a longer soak, give more. */
const KILLS = Number(process.env['SLUICE_KILLS'] ?? 20)
/** One record in so many loses its last brace, so that there are dead letters too. */
const DAMAGED_EVERY = 50
const PARTITIONS = 3

const lines = flightLines().slice(0, 5000)
const models = modelsOf('flights')

const CONFIG = {
  log: 'sqlite:log.db',
  http: { port: 0 },
  logging: { level: 'error' },
  streams: [{ name: 'flights', input: 'flights', output: 'flight-scores', partitions: PARTITIONS, dataTypes: ['flight'] }],
}

/** A client that sends records and swaps models until the node is gone, and notes what was acknowledged. */
class Client {
  /** Numbers of the records that the node said are on its log. */
  readonly acknowledged: number[] = []
  swaps = 0
  #next = 0

  async send(api: ApiClient): Promise<void> {
    await untilGone(async () => {
      const numbers = Array.from({ length: 1 + Math.floor(Math.random() * 400) }, () => this.#next++)
      const body = numbers.map((number) => {
        const record = lines[number % lines.length]!.replace('{', `{"number":${number},`)
        return number % DAMAGED_EVERY === 0 ? record.slice(0, -1) : record
      })
      const { status } = await api.post('/records/flights', Buffer.from(body.join('\n')), 'application/x-ndjson')
      if (status === 200) this.acknowledged.push(...numbers)
    })
  }

  async swap(api: ApiClient): Promise<void> {
    await untilGone(async () => {
      const model = models[Math.floor(Math.random() * models.length)]!
      const isBack = Math.random() < 0.3
      const answer = isBack
        ? await api.post('/models/flight/rollback', {})
        : await api.post(publishPath(model), model.bytes, 'application/octet-stream')
      if (answer.status === 200) this.swaps++
    })
  }
}

/** Does it again and again until the connection breaks, which is what happens when the node is killed. */
async function untilGone(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await work()
    } catch (error) {
      // fetch throws a TypeError where there is no answer.
      if (error instanceof TypeError || error instanceof SyntaxError) return
      throw error
    }
  }
}

test(
  `after kill -9 at ${KILLS} random moments, every input has exactly one output, and statistics and markers are those of the outputs`,
  { timeout: 30_000 + KILLS * 10_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-kills-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'sluice.yaml'), JSON.stringify(CONFIG))
    const client = new Client()
    let whileFlowing = 0
    for (let kill = 0; kill < KILLS; kill++) {
      await using node = NodeProcess.start({ cwd: folder, words: ['serve'] })
      const before = client.acknowledged.length
      const flow = node.ready.then(
        async (api) => Promise.all([client.send(api), client.send(api), client.swap(api)]),
        () => undefined,
      )
      // A quarter of the kills may fall into the start, where the log is read back; the others into the flow.
      if (kill % 4 !== 3) await node.ready
      await pause(Math.random() * 900)
      const flowed = client.acknowledged.length > before
      expect((await node.kill()).signal, node.said).toBe('SIGKILL')
      await flow
      if (flowed) whileFlowing++
    }

    await using node = NodeProcess.start({ cwd: folder, words: ['serve'] })
    const api = await node.ready
    const [first] = models
    expect(await api.post(publishPath(first!), first!.bytes, 'application/octet-stream')).toMatchObject({ status: 200 })
    await eventually('everything is answered', async () =>
      (await api.live()).streams.every(({ backlog, held }) => backlog === 0 && held === null),
    )
    const state = await api.state('flight')
    expect(await node.stop()).toEqual({ code: 0, signal: null })

    const read = (topic: string) => readSqliteFile(join(folder, 'log.db'), topic)
    const inputs = read('flights')
    const numbers = inputs.map(({ value }) => Number(/"number":(\d+)/.exec(value!.toString())![1]))
    const onLog = new Set(numbers)
    expect(onLog.size, 'no record is on the log twice').toBe(numbers.length)
    expect(
      client.acknowledged.filter((number) => !onLog.has(number)),
      'acknowledged and lost',
    ).toEqual([])
    const outcomes = pairUp({ name: 'flights', format: 'json' }, inputs, {
      outputs: read('flight-scores'),
      deadLetters: read('dead-letters'),
    })
    expect(outcomes).toHaveLength(inputs.length)
    const markers = read('swaps').map(({ value }) => JSON.parse(value!.toString()) as Marker)
    checkMarkers(outcomes, markers)
    checkState(state, outcomes)
    checkExample('flights', outcomes)
    // Without these, the test would have shown nothing.
    expect(whileFlowing).toBeGreaterThan(KILLS / 4)
    expect(client.swaps).toBeGreaterThan(KILLS / 4)
    expect(markers.length).toBeGreaterThan(PARTITIONS)
    expect(outcomes.some(({ deadLetter }) => deadLetter !== undefined)).toBe(true)
    console.info(`${KILLS} kills: ${inputs.length} records, ${client.swaps} swaps acknowledged, ${markers.length} markers`)
  },
)
