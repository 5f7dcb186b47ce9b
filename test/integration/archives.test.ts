import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { pyarrow } from '../setup/pyarrow.ts'
import type { ApiClient } from '../system/api-client.ts'
import { readSqliteFile } from '../system/embedded-world.ts'
import type { LoggedRecord } from '../system/logged-record.ts'
import { NodeProcess } from '../system/node-process.ts'

/** For a longer soak, give more. */
const KILLS = Number(process.env['SLUICE_KILLS'] ?? 10)

const CONFIG = {
  log: 'sqlite:log.db',
  http: { port: 0 },
  logging: { level: 'error' },
  streams: [
    {
      input: 'in',
      output: 'out',
      partitions: 2,
      beforeModel: { do: 'reject' },
      archives: [
        { name: 'lines', to: { directory: 'lines', rotate: { bytes: '16KiB' } } },
        { name: 'rows', to: { directory: 'rows', format: 'parquet', rotate: { minutes: 0.003 } } },
        { name: 'copy', to: { topic: 'seen' } },
      ],
    },
  ],
}

/** A record as an archive and a log both have it. Bytes in base64, null for none. */
interface Seen {
  readonly place: string
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [string, string | null])[]
}

/** Sends records, with bytes that are no text among them, until the node is gone. */
async function send(api: ApiClient): Promise<void> {
  for (let i = 0; ; i++) {
    try {
      const lines = Array.from({ length: 1 + (i % 300) }, (_, k) => JSON.stringify({ dataType: 'none', i, k, name: 'é"\u0000' }))
      await api.post('/records/in?keyField=k', Buffer.from(lines.join('\n')), 'application/x-ndjson')
      await api.post('/records/in', Buffer.from([0xff, 0xfe, i % 256]), 'application/octet-stream')
    } catch (error) {
      if (error instanceof TypeError || error instanceof SyntaxError) return
      throw error
    }
  }
}

const base64 = (bytes: Buffer | null): string | null => (bytes === null ? null : bytes.toString('base64'))

function fromLog({ partition, offset, timestamp, key, value, headers }: LoggedRecord): Seen {
  const pairs = [...headers].map(([name, text]) => [base64(Buffer.from(name))!, base64(Buffer.from(text))] as const)
  return { place: `in/${partition}/${offset}`, timestamp, key: base64(key), value: base64(value), headers: pairs }
}

type Part = string | { readonly base64: string } | null

function fromLine(line: string): Seen {
  const part = (given: Part): string | null =>
    given === null ? null : typeof given === 'string' ? Buffer.from(given).toString('base64') : given.base64
  const { topic, partition, offset, timestamp, key, value, headers } = JSON.parse(line) as {
    topic: string
    partition: number
    offset: number
    timestamp: number
    key: Part
    value: Part
    headers: [Part, Part][]
  }
  const pairs = headers.map(([name, text]) => [part(name)!, part(text)] as const)
  return { place: `${topic}/${partition}/${offset}`, timestamp, key: part(key), value: part(value), headers: pairs }
}

/** Prints each file's records, one line of JSON each, as Apache Arrow reads them. */
const READ_PARQUET = `
import base64, json, os, sys
import pyarrow.parquet as pq
code = lambda b: None if b is None else base64.b64encode(b).decode()
for name in sorted(os.listdir(sys.argv[1])):
    table = pq.read_table(os.path.join(sys.argv[1], name))
    times = table.column("timestamp").cast("int64").to_pylist()
    for row, time in zip(table.drop_columns(["timestamp"]).to_pylist(), times):
        print(json.dumps({"place": f"{row['topic']}/{row['partition']}/{row['offset']}", "timestamp": time, "key": code(row["key"]),
            "value": code(row["value"]), "headers": [[code(h["name"]), code(h["value"])] for h in row["headers"]]}))
`

async function readParquet(directory: string): Promise<Seen[]> {
  const env = { ...process.env, PYTHONPATH: await pyarrow() }
  const { stdout } = await promisify(execFile)('python3', ['-c', READ_PARQUET, directory], { env, maxBuffer: 1 << 30 })
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Seen)
}

async function readLines(directory: string): Promise<Seen[]> {
  const names = (await readdir(directory)).toSorted()
  const texts = await Promise.all(names.map(async (name) => readFile(join(directory, name), 'utf8')))
  return texts.flatMap((text) => text.trimEnd().split('\n')).map(fromLine)
}

/** What a copy says of where its record was seen, and the record as it was. */
function fromCopy({ headers, ...record }: LoggedRecord): Seen {
  const place = [headers.get('sluice_topic'), headers.get('sluice_partition'), headers.get('sluice_offset')]
  const own = new Map([...headers].filter(([name]) => !/^sluice_(?:topic|partition|offset)$/.test(name)))
  return { ...fromLog({ ...record, headers: own }), place: place.join('/') }
}

test(
  `after kill -9 at ${KILLS} random moments, each archive has every record once, as the log has it`,
  { timeout: 60_000 + KILLS * 5000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-archives-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'sluice.yaml'), JSON.stringify(CONFIG))
    for (let kill = 0; kill < KILLS; kill++) {
      await using node = NodeProcess.start({ cwd: folder, words: ['serve'] })
      const flow = send(await node.ready)
      await pause(200 + Math.random() * 600)
      expect((await node.kill()).signal, node.said).toBe('SIGKILL')
      await flow
    }
    // The log belongs to the node as long as it runs, so whether all is archived shows when it has ended.
    await eventually('all is archived', async () => {
      await using node = NodeProcess.start({ cwd: folder, words: ['serve'] })
      await node.ready
      await pause(1000)
      expect(await node.stop()).toEqual({ code: 0, signal: null })
      const total = readSqliteFile(join(folder, 'log.db'), 'in').length
      const lines = await readLines(join(folder, 'lines'))
      const rows = await readParquet(join(folder, 'rows'))
      return Math.min(readSqliteFile(join(folder, 'log.db'), 'seen').length, lines.length, rows.length) >= total
    })

    const byPlace = (records: readonly Seen[]): Seen[] => records.toSorted((a, b) => (a.place < b.place ? -1 : 1))
    const expected = byPlace(readSqliteFile(join(folder, 'log.db'), 'in').map(fromLog))
    expect(expected.length).toBeGreaterThan(KILLS * 100)
    const files = { lines: await readdir(join(folder, 'lines')), rows: await readdir(join(folder, 'rows')) }
    for (const [name, names] of Object.entries(files)) {
      expect(names.filter((each) => each.startsWith('.'))).toEqual([])
      // Without several, the test would have shown little.
      expect(names.length, name).toBeGreaterThan(2)
    }
    same(byPlace(await readLines(join(folder, 'lines'))), expected)
    same(byPlace(await readParquet(join(folder, 'rows'))), expected)
    same(byPlace(readSqliteFile(join(folder, 'log.db'), 'seen').map(fromCopy)), expected)
    console.info(`${KILLS} kills: ${expected.length} records, ${files.lines.length} files of lines, ${files.rows.length} of rows`)
  },
)

/** Says how many differ and the first of them: a report of all would take minutes. */
function same(found: readonly Seen[], expected: readonly Seen[]): void {
  expect(found.length).toBe(expected.length)
  const texts = found.map((each) => JSON.stringify(each))
  const wrong = expected.findIndex((each, i) => JSON.stringify(each) !== texts[i])
  expect(found[wrong]).toEqual(expected[wrong])
}
