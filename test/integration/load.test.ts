import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { encodeRecords } from '../../src/core/record-batch-writer.ts'
import { createSqliteLog } from '../../src/logs/sqlite/sqlite-log.ts'
import { eventually } from '../eventually.ts'
import type { ApiClient } from '../system/api-client.ts'
import { checkMarkers, type Marker, type Outcome, pairUp } from '../system/check-answers.ts'
import { checkState } from '../system/check-state.ts'
import { readSqliteFile } from '../system/embedded-world.ts'
import { readSharedForest, type SharedForest } from '../system/forest.ts'
import { repeat, Watch, worst } from '../system/load.ts'
import { NodeProcess } from '../system/node-process.ts'
import { DESCRIPTOR_SET } from '../system/system.ts'
import { delimited, wireFields } from '../system/wire.ts'

const PARTITIONS = 2
const BACKLOG = 400_000
const BATCH = 500
const SWAPS = 10
/** So few that they may be answered before the next swap. */
const MARGIN = 20_000
const STEADY = { records: 250, everyMs: 50 }
/** A page that hangs for longer is felt. The machine may be busy with other tests. */
const MOST_LOOP_DELAY_MS = 500

const forest = readSharedForest()
if (forest === undefined) console.warn('not run: swaps under full load, because the shared folder is not there (set SLUICE_SHARED)')

function config({ inputs }: SharedForest): unknown {
  return {
    log: 'sqlite:log.db',
    http: { port: 0 },
    logging: { level: 'error' },
    streams: [
      {
        name: 'wine',
        input: 'mdata',
        output: 'scores',
        partitions: PARTITIONS,
        dataTypes: ['wine'],
        format: { protobuf: { descriptorSet: DESCRIPTOR_SET, message: 'sluice.examples.WineRecord' } },
        inputs,
        // A version takes over between batches: small ones give the swaps more places.
        batch: { maxBytes: '128KiB' },
      },
    ],
  }
}

/** Writes what piled up while no node was there: records, and both versions of the model. */
async function fillBacklog(path: string, { descriptor, record, rows }: SharedForest): Promise<void> {
  await using log = await createSqliteLog({ path })
  await log.ensureTopics([
    { topic: 'mdata', partitions: PARTITIONS, cleanup: 'delete' },
    { topic: 'models', partitions: 1, cleanup: 'delete' },
  ])
  for (const version of [1, 2]) {
    const recordBatch = encodeRecords([{ timestamp: Date.now(), value: descriptor(version) }])
    await log.append({ topic: 'models', partition: 0, recordBatch })
  }
  for (let at = 0, partition = 0; at < BACKLOG; at += BATCH, partition = (partition + 1) % PARTITIONS) {
    const values = Array.from({ length: BATCH }, (_, i) => record((at + i) % rows, (at + i) % rows))
    await log.append({ topic: 'mdata', partition, recordBatch: encodeRecords(values.map((value) => ({ timestamp: Date.now(), value }))) })
  }
}

/**
 * Lets the two versions serve in turn, and waits until the new one has answered. Both are loaded, so that nothing but the swap
 * itself takes time.
 */
function createSwapper(api: ApiClient): () => Promise<void> {
  let turn = 0
  return async () => {
    const to = `forest@${(turn++ % 2) + 1}`
    expect(await api.post('/models/wine/rollback', { to })).toMatchObject({ status: 200, body: { id: to, status: 'serving' } })
    const scored = async (): Promise<number> => (await api.state('wine')).totals.scored
    const before = await scored()
    await eventually(`${to} answers`, async () => (await scored()) > before)
  }
}

/** The row that a record was made of: its field 13, absent for the first. */
function rowOf(value: Buffer): number {
  const field = wireFields(value).find(({ number }) => number === 13)
  return field === undefined ? 0 : field.bytes.reduceRight((sum, byte) => sum * 128 + (byte & 127), 0)
}

/** Scores that are not those of the version that is said to have given them. */
function wrongScores(outcomes: readonly Outcome[], { expected }: SharedForest): string[] {
  return outcomes.flatMap(({ partition, offset, input, answer }) => {
    const wanted = expected(rowOf(input.value!), Number(answer!.model.split('@')[1]))
    const isRight = typeof answer!.score === 'number' && Math.abs(answer!.score - wanted) <= 1e-9 * Math.abs(wanted)
    return isRight ? [] : [`${partition}:${offset} by ${answer!.model}: ${answer!.score}, not ${wanted}`]
  })
}

test.skipIf(forest === undefined)(
  'swaps under full load lose nothing, duplicate nothing, and answer by the version that the markers name',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-load-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'sluice.yaml'), JSON.stringify(config(forest!)))
    const file = join(folder, 'log.db')
    await fillBacklog(file, forest!)

    await using node = NodeProcess.start({ cwd: folder, words: ['serve'] })
    const api = await node.ready
    const swap = createSwapper(api)
    const watch = new Watch(api)
    const waiting = async (): Promise<number> => BACKLOG - (await api.state('wine')).totals.scored

    // As fast as it can, through what has piled up.
    const started = performance.now()
    let swaps = 0
    for (; (await waiting()) > MARGIN; swaps++) await swap()
    await eventually('the backlog is worked off', async () => (await waiting()) === 0)
    const seconds = (performance.now() - started) / 1000
    const full = watch.take()

    // As much as it can take easily: what a swap costs those who wait for an answer.
    const steady = new AbortController()
    onTestFinished(() => steady.abort())
    const rows = Array.from({ length: STEADY.records }, (_, i) => forest!.record(i * 7, i * 7))
    const drop = Buffer.concat(rows.map(delimited))
    let sent = BACKLOG
    const flow = repeat(STEADY.everyMs, steady.signal, async () => {
      expect(await api.post('/records/wine', drop, 'application/x-protobuf-delimited')).toMatchObject({ status: 200 })
      sent += STEADY.records
    })
    const p99 = (): Promise<number | null> => api.live().then(({ streams }) => streams[0]!.latency.p99)
    const answered = async (): Promise<number> => (await api.live()).streams[0]!.scored
    const passes = async (seconds_: number): Promise<void> => {
      const until = (await answered()) + (seconds_ * 1000 * STEADY.records) / STEADY.everyMs
      await eventually('the steady flow goes on', async () => (await answered()) >= until)
    }
    await passes(6)
    const before = await p99()
    for (let i = 0; i < SWAPS; i++) await swap()
    const during = await p99()
    const duringSeen = watch.take()
    await passes(6)
    const after = await p99()
    steady.abort()
    await flow
    await eventually('everything is answered', async () => (await answered()) === sent)
    await watch.stop()

    const delay = { full: worst(full, (live) => live.node.loopDelayMs), steady: worst(duringSeen, (live) => live.node.loopDelayMs) }
    const latencies = [before, during, after].map((ms) => `${ms?.toFixed(1)} ms`).join(', ')
    console.info(
      [
        `full load: ${BACKLOG} records in ${seconds.toFixed(1)} s with ${swaps} swaps`,
        `p99 of a steady ${(STEADY.records * 1000) / STEADY.everyMs}/s before, during and after ${SWAPS} swaps: ${latencies}`,
        `event loop delay (p99, the worst seen): ${delay.full.toFixed(1)} ms at full load, ${delay.steady.toFixed(1)} ms while it was steady`,
      ].join('\n'),
    )
    const state = await api.state('wine')
    expect(await node.stop()).toEqual({ code: 0, signal: null })

    const inputs = readSqliteFile(file, 'mdata')
    expect(inputs).toHaveLength(sent)
    const outcomes = pairUp({ name: 'wine', format: 'protobuf' }, inputs, {
      outputs: readSqliteFile(file, 'scores'),
      deadLetters: readSqliteFile(file, 'dead-letters'),
    })
    expect(outcomes.filter(({ deadLetter }) => deadLetter !== undefined)).toHaveLength(0)
    const wrong = wrongScores(outcomes, forest!)
    expect({ wrong: wrong.slice(0, 10), of: wrong.length }).toEqual({ wrong: [], of: 0 })
    const markers = readSqliteFile(file, 'swaps').map(({ value }) => JSON.parse(value!.toString()) as Marker)
    checkMarkers(outcomes, markers)
    checkState(state, outcomes)
    // All swaps came while records were flowing.
    expect(swaps).toBeGreaterThanOrEqual(SWAPS)
    expect(markers.length).toBeGreaterThanOrEqual(2 * SWAPS)
    expect(Math.max(delay.full, delay.steady)).toBeLessThan(MOST_LOOP_DELAY_MS)
  },
)
