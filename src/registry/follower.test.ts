import { afterEach, beforeEach, expect, test } from 'vitest'
import { overLog } from '../../test/fixtures/serving/over-log.ts'
import type { Log } from '../core/log.ts'
import { encodeRecords } from '../core/record-batch-writer.ts'
import { createMemoryLog } from '../logs/memory/memory-log.ts'
import { publishing, retiring } from './fixtures/commands.ts'
import { type AppliedRecord, RegistryFollower } from './follower.ts'
import { Registry } from './registry.ts'

const topic = 'models'
const FETCH = { directory: null, allowedHosts: [], maxBytes: 1000 }
let log: Log
let seen: AppliedRecord[]
let registry: Registry
const followers: RegistryFollower[] = []

beforeEach(async () => {
  log = createMemoryLog()
  await log.ensureTopics([{ topic, partitions: 1, cleanup: 'delete' }])
  seen = []
})

afterEach(async () => {
  for (const follower of followers.splice(0)) await follower.stop()
  await log[Symbol.asyncDispose]()
})

function follow(over: Log = log, onFailure: (error: unknown) => void = () => {}): RegistryFollower {
  registry = new Registry({ history: 10, maxModelBytes: 1000 })
  const follower = new RegistryFollower({ log: over, topic, registry, onRecord: (result) => seen.push(result), onFailure })
  followers.push(follower)
  return follower
}

async function append(...values: (Uint8Array | undefined)[]): Promise<bigint> {
  return log.append({ topic, partition: 0, recordBatch: encodeRecords(values.map((value) => ({ timestamp: 7, value }))) })
}

test('what was there at the start has been applied when the start is over, and what comes is applied as it comes', async () => {
  await append(publishing('m@1', 'a'), publishing('m@2', 'b'))
  const follower = follow()
  await follower.start()
  expect(registry.history('wine')!.wanted!.id).toBe('m@2')
  expect(seen.map(({ offset, replayed }) => [offset, replayed])).toEqual([[0n, true], [1n, true]]) // prettier-ignore

  const offset = await append(publishing('m@3', 'c'))
  expect(await follower.applied(0, offset)).toMatchObject({
    offset: 2n,
    replayed: false,
    change: { action: 'publish', entry: { id: 'm@3', publishedAt: 7 } },
  })
})

test('records that can not be used are passed over, with the reason for those who ask', async () => {
  const follower = follow()
  await follower.start()
  const first = await append(undefined, Uint8Array.of(9), retiring('m@1'), publishing('m@1', 'a'))
  const codes = await Promise.all([0n, 1n, 2n, 3n].map(async (i) => (await follower.applied(0, first + i))?.error?.code))
  expect(codes).toEqual(['model.descriptor.malformed', 'model.descriptor.malformed', 'model.not-found', undefined])
  expect(registry.history('wine')!.wanted!.id).toBe('m@1')
})

test('who published while the topic was being read gets an answer', async () => {
  const follower = follow()
  const offset = await append(publishing('m@1', 'a'))
  const answer = follower.applied(0, offset)
  await follower.start()
  expect(await answer).toMatchObject({ change: { entry: { id: 'm@1' } } })
})

test('the bytes of a version are read from its record, as long as the log has it', async () => {
  await append(publishing('m@1', 'first'), publishing('m@2', 'second'))
  const follower = follow()
  await follower.start()
  const entry = registry.history('wine')!.find('m@2')!
  expect(Buffer.from(await follower.fetch(entry, FETCH)).toString()).toBe('second')
  const gone: Log = overLog(log, { offsets: async () => ({ first: 2n, next: 2n }) })
  const later = follow(gone)
  await expect(later.fetch(entry, FETCH)).rejects.toMatchObject({
    code: 'model.location.unreachable',
    message: expect.stringContaining('offset 1') as string,
  })
})

test('who waits is told when the follower stops', async () => {
  const follower = follow()
  await follower.start()
  const waiting = follower.applied(0, 100n)
  await follower.stop()
  expect(await waiting).toBeUndefined()
})

test('a read that fails is reported, and following goes on from where it was', async () => {
  const failures: unknown[] = []
  let failing = true
  const flaky: Log = overLog(log, {
    read(options) {
      if (!options.follow || !failing) return log.read(options)
      failing = false
      throw new Error('the line is down')
    },
  })
  await append(publishing('m@1', 'a'))
  const follower = follow(flaky, (error) => failures.push(error))
  await follower.start()
  const offset = await append(publishing('m@2', 'b'))
  expect(await follower.applied(0, offset)).toMatchObject({ change: { entry: { id: 'm@2' } } })
  expect(failures).toEqual([new Error('the line is down')])
  expect(seen.map((each) => each.offset)).toEqual([0n, 1n])
})
