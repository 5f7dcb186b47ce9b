import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SluiceError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { encodeRecords } from '../core/record-batch-writer.ts'
import { createMemoryLog } from '../logs/memory/memory-log.ts'
import { Archive } from './archive.ts'
import { createFileDestination, type FileDestinationOptions } from './file-lane.ts'
import { createRecordFiles } from './record-file.ts'
import { createSample } from './sample.ts'
import { TrialDisk, until } from './testing/trial-disk.ts'

let log: Log
let directory: string
let failures: SluiceError[]
let gaps: SluiceError[]
const running: Archive[] = []
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-archive-'))
  log = createMemoryLog()
  await log.ensureTopics([{ topic: 'in', partitions: 1, cleanup: 'delete' }])
  failures = []
  gaps = []
})
afterEach(async () => {
  for (const archive of running.splice(0)) await archive.stop()
  await log[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

function start(options: Partial<FileDestinationOptions> = {}, on: Log = log, group = 'g'): Archive {
  const sample = createSample('seen', 1)
  const rotate = { bytes: 1024 * 1024, afterMs: 3_600_000 }
  const disk = options.disk ?? new TrialDisk()
  const given: FileDestinationOptions = {
    archive: 'seen',
    directory,
    format: 'ndjson',
    sample,
    rotate,
    disk,
    files: createRecordFiles(disk),
    topicId: async () => undefined,
    ...options,
  }
  const archive = new Archive({
    name: 'seen',
    log: on,
    group,
    input: 'in',
    destination: createFileDestination(given),
    onFailure: (error) => failures.push(error as SluiceError),
    onGap: (error) => gaps.push(error),
  })
  running.push(archive)
  return archive
}

/** Appends one record batch a value. */
async function send(...values: string[]): Promise<void> {
  for (const value of values)
    await log.append({ topic: 'in', partition: 0, recordBatch: encodeRecords([{ timestamp: 1, value: Buffer.from(value) }]) })
}

const files = async (): Promise<string[]> => (await readdir(directory)).filter((name) => !name.startsWith('.')).toSorted()
const parts = async (): Promise<string[]> => (await readdir(directory)).filter((name) => name.startsWith('.'))

async function archived(): Promise<string[]> {
  const texts = await Promise.all((await files()).map(async (name) => readFile(join(directory, name), 'utf8')))
  return texts.flatMap((text) => text.trimEnd().split('\n')).map((line) => (JSON.parse(line) as { value: string }).value)
}

const nameOf = (first: number): string => `seen-in-0-${String(first).padStart(20, '0')}.ndjson`

describe('An archive in files', () => {
  test('has a file for each run of records, which is durable before its name is, and its name before its end is committed', async () => {
    const disk = new TrialDisk()
    const archive = start({ rotate: { bytes: 1, afterMs: 3_600_000 }, disk })
    await send('a')
    await until(async () => (await files()).length === 1)
    await send('b')
    await until(async () => (await files()).length === 2)
    await archive.stop()
    expect(await files()).toEqual([nameOf(0), nameOf(1)])
    expect(await archived()).toEqual(['a', 'b'])
    expect(disk.done).toEqual(['sync', 'rename', 'sync directory', 'sync', 'rename', 'sync directory'])
    expect(await parts()).toEqual([])
  })

  test('completes a file that is old enough, though nothing more comes', async () => {
    start({ rotate: { bytes: 1_000_000, afterMs: 30 } })
    await send('a', 'b')
    await until(async () => (await archived()).length === 2)
    expect(await parts()).toEqual([])
  })

  test('completes what is open when it is stopped, and goes on behind it', async () => {
    const first = start()
    await send('a')
    await until(async () => (await parts()).length === 1)
    await first.stop()
    await send('b')
    const second = start()
    await until(async () => (await parts()).length === 1)
    await second.stop()
    expect(await files()).toEqual([nameOf(0), nameOf(1)])
    expect(await archived()).toEqual(['a', 'b'])
  })

  test('archives the same fraction again', async () => {
    const sample = createSample('seen', 0.5)
    const archive = start({ sample, rotate: { bytes: 200, afterMs: 3_600_000 } })
    await send(...Array.from({ length: 50 }, (_, i) => String(i)))
    await until(async () => (await files()).length > 0)
    await archive.stop()
    const found = await archived()
    expect(found.length).toBeGreaterThan(10)
    expect(found.length).toBeLessThan(40)
    await rm(join(directory, nameOf(0)))
    const again = start({ sample, rotate: { bytes: 200, afterMs: 3_600_000 }, archive: 'seen' }, log, 'other')
    await until(async () => (await files()).length > 0)
    await again.stop()
    expect(await archived()).toEqual(found)
  })
})

describe('After a crash', () => {
  test('a file that was complete and not committed is made again in its place, with what came later', async () => {
    // As a process leaves it that ends between the two.
    await send('a', 'b')
    await writeFile(join(directory, nameOf(0)), '{"value":"a"}\n')
    const archive = start()
    await until(async () => (await parts()).length === 1)
    await archive.stop()
    expect(await files()).toEqual([nameOf(0)])
    expect(await archived()).toEqual(['a', 'b'])
  })

  test('what a process left incomplete is removed, and that of other archives is not', async () => {
    await writeFile(join(directory, `.${nameOf(0)}.99-ab.part`), 'half')
    await writeFile(join(directory, `.other-in-0-${'0'.repeat(20)}.ndjson.99-ab.part`), 'half')
    const archive = start()
    await send('a')
    await until(async () => !(await parts()).includes(`.${nameOf(0)}.99-ab.part`))
    await archive.stop()
    expect(await parts()).toEqual([`.other-in-0-${'0'.repeat(20)}.ndjson.99-ab.part`])
  })

  test('a folder that is ahead of the log is left alone, and said to be', async () => {
    await writeFile(join(directory, nameOf(5)), '{"value":"of an earlier log"}\n')
    start()
    await send('a')
    await until(() => failures.length > 0)
    expect(failures[0]).toMatchObject({ code: 'archive.conflict', details: { offset: '0', file: nameOf(5) } })
    expect(await files()).toEqual([nameOf(5)])
  })
})

describe('Whatever the disk does,', () => {
  test('one that is full leaves nothing half, and all is there when there is room again', async () => {
    const disk = new TrialDisk()
    disk.room = 150
    start({ disk, rotate: { bytes: 1, afterMs: 3_600_000 } })
    await send('a')
    await until(async () => (await files()).length === 1)
    await send('b', 'c')
    await until(() => failures.length > 0)
    expect(failures[0]).toMatchObject({ code: 'archive.unavailable', message: expect.stringContaining('no space left') as string })
    expect(await archived()).toEqual(['a'])
    expect(await parts()).toEqual([])
    disk.room = Infinity
    await until(async () => (await archived()).length === 3)
    expect(await archived()).toEqual(['a', 'b', 'c'])
  })

  test('one that fails to give a file its name makes it again', async () => {
    const disk = new TrialDisk()
    disk.failsToRename = true
    start({ disk, rotate: { bytes: 1, afterMs: 3_600_000 } })
    await send('a')
    await until(() => failures.length > 1)
    disk.failsToRename = false
    await until(async () => (await files()).length === 1)
    expect(await archived()).toEqual(['a'])
    expect(await parts()).toEqual([])
  })

  test('one that stands still holds up no reader of the topic, takes no memory for what it does not take, and no more than a moment of the end', async () => {
    const disk = new TrialDisk()
    const stuck = Promise.withResolvers<void>()
    disk.hold = stuck.promise
    let read = 0
    start(
      { disk },
      watched(log, () => read++),
    )
    await send(...Array.from({ length: 50 }, () => 'x'.repeat(200_000)))
    await until(() => read > 0)
    const seen: bigint[] = []
    for await (const batch of log.read({ topic: 'in', partition: 0, from: 0n, follow: false })) seen.push(batch.nextOffset)
    expect(seen.at(-1)).toBe(50n)
    expect(read).toBe(1)
    stuck.resolve()
    await until(() => read > 40)
  })
})

test('records that the log does not have any more are told of, and those after them archived', async () => {
  await send('a', 'b', 'c')
  const shortened = watched(log, () => {}, 2n)
  const archive = start({}, shortened)
  await until(async () => (await parts()).length === 1)
  await archive.stop()
  expect(gaps).toHaveLength(1)
  expect(gaps[0]).toMatchObject({ code: 'log.offset.out-of-range', message: expect.stringContaining('from 0 to 1') as string })
  expect(await files()).toEqual([nameOf(2)])
  expect(await archived()).toEqual(['c'])
})

/** The log, which counts the batches that are taken from it, and may have lost its first records. */
function watched(on: Log, onBatch: () => void, first = 0n): Log {
  return {
    ...bound(on),
    offsets: async (partition) => ({ ...(await on.offsets(partition)), first }),
    async *read(options) {
      if (options.from < first) throw new SluiceError('log.offset.out-of-range', `offset ${options.from} is gone`)
      for await (const batch of on.read(options)) {
        onBatch()
        yield batch
      }
    },
  }
}

function bound(on: Log): Log {
  return {
    ensureTopics: (topics) => on.ensureTopics(topics),
    partitions: (topic) => on.partitions(topic),
    topicId: (topic) => on.topicId(topic),
    maxAppendBytes: (topic) => on.maxAppendBytes(topic),
    append: (append) => on.append(append),
    offsets: (partition) => on.offsets(partition),
    read: (options) => on.read(options),
    join: (options) => on.join(options),
    [Symbol.asyncDispose]: () => on[Symbol.asyncDispose](),
  }
}
