import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import type { Log } from '../../core/log.ts'
import { encodeRecords } from '../../core/record-batch-writer.ts'
import { createSqliteLog } from './sqlite-log.ts'

const FILL_LOG = fileURLToPath(new URL('../../../test/fixtures/fill-log.ts', import.meta.url))
const COMMIT_LOOP = fileURLToPath(new URL('../../../test/fixtures/commit-loop.ts', import.meta.url))

let folder = ''
let files = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-file-'))
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

function newPath(): string {
  return join(folder, `${files++}.db`)
}

async function append(log: Log, topic: string, ...records: { key?: string; value?: string }[]): Promise<void> {
  const parts = records.map(({ key, value }) => ({
    timestamp: 0,
    key: key === undefined ? undefined : Buffer.from(key),
    value: value === undefined ? undefined : Buffer.from(value),
  }))
  await log.append({ topic, partition: 0, recordBatch: encodeRecords(parts) })
}

async function count(log: Log, topic: string): Promise<number> {
  let records = 0
  for await (const batch of log.read({ topic, partition: 0, from: 0n, follow: false })) records += batch.count
  return records
}

function unavailable(path: string, reason = ''): object {
  return { code: 'log.unavailable', message: expect.stringMatching(new RegExp(`${path}.*${reason}`, 's')), cause: expect.any(Error) }
}

describe('The file of a SQLite log', () => {
  test('is made with its folder', async () => {
    const path = join(folder, 'a', 'b', 'log.db')
    await using log = await createSqliteLog({ path })
    await log.ensureTopics([{ topic: 't', partitions: 1, cleanup: 'delete' }])
    expect(await log.partitions('t')).toBe(1)
  })

  test('is open in one place of a process at a time', async () => {
    const path = newPath()
    const log = await createSqliteLog({ path })
    await expect(createSqliteLog({ path })).rejects.toMatchObject({ code: 'log.in-use', message: expect.stringContaining(path) })
    await log.ensureTopics([{ topic: 't', partitions: 1, cleanup: 'delete' }])
    await log[Symbol.asyncDispose]()
    await using again = await createSqliteLog({ path })
    expect(await again.partitions('t')).toBe(1)
  })

  test('is open in one process at a time, and free once that one is killed', async () => {
    const path = newPath()
    const other = spawn(process.execPath, [COMMIT_LOOP, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void other.kill('SIGKILL'))
    const exit = once(other, 'exit')
    await once(other.stdout, 'data')
    await expect(createSqliteLog({ path })).rejects.toMatchObject({ code: 'log.in-use', message: expect.stringContaining(path) })
    other.kill('SIGKILL')
    await exit
    await using log = await createSqliteLog({ path })
    expect(await count(log, 'output')).toBeGreaterThan(0)
  })

  test('has a path: a database in memory is refused', async () => {
    for (const path of ['', ':memory:', 'file:log.db?mode=memory']) {
      await expect(createSqliteLog({ path })).rejects.toMatchObject({ code: 'config.invalid' })
    }
  })

  test('is refused when it is no database', async () => {
    const path = newPath()
    await writeFile(path, 'these are some notes about the weather, and long enough '.repeat(100))
    await expect(createSqliteLog({ path })).rejects.toMatchObject(unavailable(path))
  })

  test('is refused, and left alone, when another program made it', async () => {
    const path = newPath()
    const db = new DatabaseSync(path)
    db.exec('CREATE TABLE notes (text)')
    db.close()
    await expect(createSqliteLog({ path })).rejects.toMatchObject(unavailable(path, 'another program'))
    const again = new DatabaseSync(path, { readOnly: true })
    expect(again.prepare('SELECT name FROM sqlite_schema').all().length).toBe(1)
    again.close()
  })

  test('is refused when a later Sluice wrote it', async () => {
    const path = newPath()
    await (await createSqliteLog({ path }))[Symbol.asyncDispose]()
    const db = new DatabaseSync(path)
    db.exec('PRAGMA user_version = 99')
    db.close()
    await expect(createSqliteLog({ path })).rejects.toMatchObject(unavailable(path, '99'))
  })

  test('is refused where no file can be', async () => {
    for (const path of ['/dev/null/log.db', folder]) await expect(createSqliteLog({ path })).rejects.toMatchObject(unavailable(path))
  })

  test('gives a coded error when its pages are damaged', async () => {
    const path = newPath()
    const log = await createSqliteLog({ path })
    await log.ensureTopics([{ topic: 't', partitions: 1, cleanup: 'delete' }])
    for (let i = 0; i < 50; i++) await append(log, 't', { value: 'x'.repeat(20_000) })
    await log[Symbol.asyncDispose]()
    const file = await open(path, 'r+')
    await file.write(Buffer.alloc(3 * 8192, 0x55), 0, undefined, 8192)
    await file.close()
    await expect(readEverything(path)).rejects.toMatchObject({ code: 'log.unavailable', message: expect.stringContaining(path) })
  })

  test('gives a coded error when a record batch in it is damaged, and says where', async () => {
    const path = newPath()
    const log = await createSqliteLog({ path })
    await log.ensureTopics([{ topic: 't', partitions: 1, cleanup: 'delete' }])
    await append(log, 't', { value: 'whole' })
    await append(log, 't', { value: 'damaged' })
    await log[Symbol.asyncDispose]()
    const db = new DatabaseSync(path)
    db.exec('UPDATE record_batch SET bytes = zeroblob(80), size = 80 WHERE base = 1')
    db.close()
    await expect(readEverything(path)).rejects.toMatchObject({ code: 'log.corrupt', message: expect.stringContaining('t-0') })
  })

  test('that can not grow gives a coded error, keeps what it has and can still be read', async () => {
    const path = newPath()
    // A limit on the size of files, as a full disk; the signal that comes with it is ignored, so that the write itself fails.
    const limited = `trap '' XFSZ; ulimit -f 4096; exec "$0" "$1" "$2"`
    const { stdout } = await promisify(execFile)('bash', ['-c', limited, process.execPath, FILL_LOG, path])
    const { appended, code, message, read } = JSON.parse(stdout) as { appended: number; code: string; message: string; read: number }
    expect({ code, read }).toEqual({ code: 'log.unavailable', read: appended })
    expect(message).toContain(path)
    expect(appended).toBeGreaterThan(10)
    await using log = await createSqliteLog({ path })
    expect(await count(log, 'full')).toBe(appended)
    await append(log, 'full', { value: 'room again' })
  })

  test('holds one record of each key of a compacted topic, an empty key among them', async () => {
    const path = newPath()
    const log = await createSqliteLog({ path })
    await log.ensureTopics([{ topic: 't', partitions: 1, cleanup: 'compact' }])
    for (let i = 0; i < 10; i++)
      await append(log, 't', { key: 'a', value: `${i}` }, { key: '', value: `${i}` }, { key: 'a', value: 'last' })
    await append(log, 't', { key: 'a' })
    expect(await count(log, 't')).toBe(2)
    await log[Symbol.asyncDispose]()
    const db = new DatabaseSync(path)
    expect(
      db
        .prepare('SELECT base FROM record_batch ORDER BY base')
        .all()
        .map(({ base }) => base),
    ).toEqual([28, 30])
    db.close()
  })

  test('keeps nothing of a commit that fails in its last step', async () => {
    await using log = await createSqliteLog({ path: newPath() })
    await log.ensureTopics([{ topic: 't', partitions: 1, cleanup: 'delete' }])
    const assigned = Promise.withResolvers<void>()
    const listener = { assigned: async () => assigned.resolve(), revoked: async () => {}, failed: assigned.reject }
    const group = await log.join({ group: 'g', topics: ['t'], listener })
    await assigned.promise
    const appends = [{ topic: 't', partition: 0, recordBatch: encodeRecords([{ timestamp: 0 }]) }]
    // SQLite has no integers of more than 64 bits, so the offset can't be stored once the records are.
    const commit = { appends, offsets: [{ topic: 't', partition: 0, next: 2n ** 70n }] }
    await expect(group.commit(commit)).rejects.toMatchObject({ code: 'log.unavailable' })
    expect(await log.offsets({ topic: 't', partition: 0 })).toEqual({ first: 0n, next: 0n })
    await group.commit({ appends, offsets: [] })
    expect(await count(log, 't')).toBe(1)
  })

  test('does not grow beside it: a reader that stops in the middle holds nothing', async () => {
    const path = newPath()
    await using log = await createSqliteLog({ path })
    await log.ensureTopics([{ topic: 't', partitions: 1, cleanup: 'delete' }])
    for (let i = 0; i < 10; i++) await append(log, 't', { value: 'x'.repeat(1000) })
    const slow = log.read({ topic: 't', partition: 0, from: 0n, follow: true, maxBytes: 1 })[Symbol.asyncIterator]()
    await slow.next()
    for (let i = 0; i < 400; i++) await append(log, 't', { value: 'x'.repeat(100_000) })
    const wal = await open(`${path}-wal`)
    // 40 MB went through it; a reader that held its place would have kept all of them there.
    expect((await wal.stat()).size).toBeLessThan(20_000_000)
    await wal.close()
    await slow.return?.()
  })

  async function readEverything(path: string): Promise<number> {
    await using log = await createSqliteLog({ path })
    return await count(log, 't')
  }
})
