import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { encodeRecords } from '../core/record-batch-writer.ts'
import { valueOf } from '../core/batch.ts'
import { createMemoryLog } from '../logs/memory/memory-log.ts'
import { Archive } from './archive.ts'
import { createLineFile } from './line-file.ts'
import { createLineDestination } from './line-lane.ts'
import { until } from './testing/trial-disk.ts'

let path: string
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-lines-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  path = join(folder, 'made', 'out.ndjson')
})

const lines = (text: string): Uint8Array => Buffer.from(text)
const content = async (): Promise<string> => readFile(path, 'utf8')

test('lines and the offsets behind them are there together; what a crash left is cut off', async () => {
  const first = createLineFile({ path, topic: 'out' })
  expect(await first.reached(0)).toBeUndefined()
  await first.write(lines('a\n'), { partition: 0, next: 1n })
  await first.write(lines('b\n'), { partition: 1, next: 7n })
  await appendFile(path, 'half a li')
  const second = createLineFile({ path, topic: 'out' })
  expect([await second.reached(0), await second.reached(1)]).toEqual([1n, 7n])
  expect(await content()).toBe('a\nb\n')
  await second.write(lines('c\n'), { partition: 0, next: 2n })
  expect(await content()).toBe('a\nb\nc\n')
})

test('a crash behind the first lines leaves nothing that another start takes for a file of others', async () => {
  await createLineFile({ path, topic: 'out' }).reached(0)
  await appendFile(path, 'a\n')
  const again = createLineFile({ path, topic: 'out' })
  await again.write(lines('a\n'), { partition: 0, next: 1n })
  expect(await content()).toBe('a\n')
})

const notItsOwn = async (): Promise<void> => {
  await rm(`${path}.offsets`)
  await appendFile(path, 'diary')
}

test.each([
  ['a file that is not its own', notItsOwn, 'it exists, and'],
  ['marks that make no sense', async () => writeFile(`${path}.offsets`, '{"length":"x"}'), 'says nothing of it'],
  ['marks of another topic', async () => writeFile(`${path}.offsets`, '{"topic":"x","length":0,"next":{}}'), "records of topic 'x'"],
  [
    'a file that became shorter',
    async () => writeFile(`${path}.offsets`, '{"topic":"out","length":9,"next":{}}'),
    'it has 0 bytes, and had 9',
  ],
])('%s is left as it is', async (_, prepare, message) => {
  await createLineFile({ path, topic: 'out' }).reached(0)
  await prepare()
  const before = await content()
  const file = createLineFile({ path, topic: 'out' })
  const error = await file.write(lines('a\n'), { partition: 0, next: 1n }).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'archive.conflict', message: expect.stringContaining(message) as string })
  expect(await content()).toBe(before)
})

test('records whose lines are there, and whose offset was not committed, come once', async () => {
  await using log = createMemoryLog()
  await log.ensureTopics([{ topic: 'out', partitions: 1, cleanup: 'delete' }])
  const records = ['a', 'b', 'c'].map((value) => ({ timestamp: 0, value: Buffer.from(value) }))
  await log.append({ topic: 'out', partition: 0, recordBatch: encodeRecords(records) })
  await createLineFile({ path, topic: 'out' }).write(lines('a\nb\n'), { partition: 0, next: 2n })
  const fail = (error: unknown): void => expect.unreachable(String(error))
  const destination = createLineDestination({
    name: 'it',
    sink: createLineFile({ path, topic: 'out' }),
    lineOf: (batch, i) => valueOf(batch, i)!,
  })
  const archive = new Archive({ name: 'a', log, group: 'g', input: 'out', destination, onFailure: fail, onGap: fail })
  await until(async () => (await content()).length === 6)
  await archive.stop()
  expect(await content()).toBe('a\nb\nc\n')
})
