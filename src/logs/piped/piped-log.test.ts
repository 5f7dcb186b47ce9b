import { expect, test } from 'vitest'
import { type Batch, offsetOf, valueOf } from '../../core/batch.ts'
import type { Assignment, Group } from '../../core/log.ts'
import { encodeRecords } from '../../core/record-batch-writer.ts'
import { createMemoryLog } from '../memory/memory-log.ts'
import { createPipedLog, type PipedLog } from './piped-log.ts'
import type { SourceRecord } from './piped-source.ts'

interface Stage extends AsyncDisposable {
  readonly log: PipedLog
  readonly out: string[]
  /** How many groups of records were taken from the source. */
  readonly taken: () => number
}

async function stage(groups: Iterable<readonly string[] | Error>, write?: (text: string) => Promise<void>): Promise<Stage> {
  const out: string[] = []
  let taken = 0
  let place = 0
  async function* source(): AsyncGenerator<readonly SourceRecord[]> {
    for (const group of groups) {
      taken++
      if (group instanceof Error) throw group
      yield group.map((text) => ({ value: Buffer.from(text), place: (place += 10) }))
    }
  }
  const log = createPipedLog({
    base: createMemoryLog(),
    input: 'in',
    source: source(),
    sinks: {
      async out(batch) {
        for (let i = 0; i < batch.count; i++) {
          const text = String(Buffer.from(valueOf(batch, i)!))
          await write?.(text)
          out.push(text)
        }
      },
    },
    now: () => 7,
  })
  await log.ensureTopics([
    { topic: 'in', partitions: 1, cleanup: 'delete' },
    { topic: 'out', partitions: 1, cleanup: 'delete' },
    { topic: 'notes', partitions: 1, cleanup: 'delete' },
  ])
  return { log, out, taken: () => taken, [Symbol.asyncDispose]: () => log[Symbol.asyncDispose]() }
}

async function join(log: PipedLog): Promise<{ readonly group: Group; readonly from: bigint }> {
  const assigned = Promise.withResolvers<readonly Assignment[]>()
  const listener = {
    assigned: async (partitions: readonly Assignment[]) => assigned.resolve(partitions),
    revoked: async () => {},
    failed: assigned.reject,
  }
  const group = await log.join({ group: 'g', topics: ['in'], listener })
  return { group, from: (await assigned.promise)[0]!.from }
}

function texts(batch: Batch): string[] {
  return Array.from({ length: batch.count }, (_, i) => String(Buffer.from(valueOf(batch, i)!)))
}

/** Writes each record of a batch to `out`, and commits. */
async function answer(group: Group, batch: Batch): Promise<void> {
  const records = texts(batch).map((text) => ({ timestamp: 0, value: Buffer.from(text.toUpperCase()) }))
  const appends = [{ topic: 'out', partition: 0, recordBatch: encodeRecords(records) }]
  await group.commit({ appends, offsets: [{ topic: 'in', partition: 0, next: batch.nextOffset }] })
}

const INPUT = { topic: 'in', partition: 0, follow: true } as const

test('what comes in goes out in order, and is drained when the input has ended', async () => {
  await using world = await stage([['a', 'b'], [], ['c']])
  const { group, from } = await join(world.log)
  const abort = new AbortController()
  const offsets: bigint[] = []
  const reading = (async () => {
    for await (const batch of world.log.read({ ...INPUT, from, signal: abort.signal })) {
      for (let i = 0; i < batch.count; i++) offsets.push(offsetOf(batch, i))
      expect(batch.timestamps[0]).toBe(7)
      expect(world.log.placeOf(batch.baseOffset)).toBe((offsets.length - batch.count + 1) * 10)
      await answer(group, batch)
    }
  })()
  await world.log.drained
  expect(world.out).toEqual(['A', 'B', 'C'])
  expect(offsets).toEqual([0n, 1n, 2n])
  expect(await world.log.offsets({ topic: 'in', partition: 0 })).toEqual({ first: 0n, next: 3n })
  abort.abort()
  await reading
})

test('no more is taken than is asked for', async () => {
  await using world = await stage([['a'], ['b'], ['c']])
  const reader = world.log.read({ ...INPUT, from: 0n })[Symbol.asyncIterator]()
  await reader.next()
  await reader.next()
  expect(world.taken()).toBe(2)
  await reader.return?.()
})

test('many records that come at once are handed over in batches of a bounded size', async () => {
  await using world = await stage([Array.from({ length: 10 }, (_, i) => String(i).repeat(100)), ['x'.repeat(5000)]])
  const counts: number[] = []
  for await (const batch of world.log.read({ ...INPUT, from: 0n, maxBytes: 500 })) {
    counts.push(batch.count)
    if (batch.nextOffset === 11n) break
  }
  expect(counts.length).toBeGreaterThan(3)
  expect(counts.at(-1)).toBe(1)
})

test('who begins anew gets what is not done yet once more, from where it was', async () => {
  await using world = await stage([['a', 'b', 'c'], ['d']])
  const first = await join(world.log)
  for await (const batch of world.log.read({ ...INPUT, from: first.from })) {
    await first.group.commit({ appends: [], offsets: [{ topic: 'in', partition: 0, next: batch.baseOffset + 1n }] })
    break
  }
  const second = await join(world.log)
  expect(second.from).toBe(1n)
  const seen: string[] = []
  for await (const batch of world.log.read({ ...INPUT, from: second.from })) {
    seen.push(...texts(batch))
    await answer(second.group, batch)
    if (seen.length === 3) break
  }
  expect(seen).toEqual(['b', 'c', 'd'])
  expect(world.log.placeOf(0n)).toBeUndefined()
})

test('an input that breaks is told when all before it is done', async () => {
  await using world = await stage([['a'], new Error('the cable is cut')])
  const { group, from } = await join(world.log)
  const abort = new AbortController()
  const reading = (async () => {
    for await (const batch of world.log.read({ ...INPUT, from, signal: abort.signal })) await answer(group, batch)
  })()
  await expect(world.log.drained).rejects.toThrow('the cable is cut')
  expect(world.out).toEqual(['A'])
  abort.abort()
  await reading
})

test('an output that can not be written ends it, and so does a stream that fails again and again', async () => {
  const full = async (): Promise<void> => {
    throw new Error('the disk is full')
  }
  await using world = await stage([['a']], full)
  const { group, from } = await join(world.log)
  for await (const batch of world.log.read({ ...INPUT, from })) {
    await expect(answer(group, batch)).rejects.toThrow('the disk is full')
    break
  }
  await expect(world.log.drained).rejects.toThrow('the disk is full')
  await using other = await stage([['a']])
  for (let i = 0; i < 5; i++) await join(other.log)
  await expect(other.log.drained).rejects.toMatchObject({ code: 'internal' })
})

test('other topics are those of the log beneath; nothing can be appended to the input', async () => {
  await using world = await stage([])
  await world.log.append({ topic: 'notes', partition: 0, recordBatch: encodeRecords([{ timestamp: 0, value: Buffer.from('x') }]) })
  expect(await world.log.offsets({ topic: 'notes', partition: 0 })).toEqual({ first: 0n, next: 1n })
  expect(() => world.log.append({ topic: 'in', partition: 0, recordBatch: new Uint8Array(0) })).toThrow(
    expect.objectContaining({ code: 'log.append.refused' }),
  )
})
