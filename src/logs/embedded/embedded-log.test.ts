import { setImmediate as eventLoop } from 'node:timers/promises'

import { describe, expect, test } from 'vitest'

import { type Batch, offsetOf } from '../../core/batch.ts'
import type { Assignment, GroupListener, Log } from '../../core/log.ts'
import { encodeRecords } from '../../core/record-batch-writer.ts'
import { createMemoryLog } from '../memory/memory-log.ts'

const one = encodeRecords([{ timestamp: 0, key: Buffer.from('k'), value: Buffer.from('v') }])

async function logWith(topic: string, partitions = 1): Promise<Log> {
  const log = createMemoryLog()
  await log.ensureTopics([{ topic, partitions, cleanup: 'delete' }])
  return log
}

function listener(rest: Partial<GroupListener>): GroupListener {
  return { assigned: async () => {}, revoked: async () => {}, failed: () => {}, ...rest }
}

describe('The embedded log', () => {
  test('does not take a compacted topic for one that keeps all, nor the other way round', async () => {
    await using log = await logWith('t')
    const conflict = { code: 'log.topic.conflict', message: expect.stringContaining("'compact'") }
    await expect(log.ensureTopics([{ topic: 't', partitions: 1, cleanup: 'compact' }])).rejects.toMatchObject(conflict)
  })

  test('creates all topics of a call or none', async () => {
    await using log = await logWith('t')
    const specs = [{ topic: 'new', partitions: 1, cleanup: 'delete' } as const, { topic: 't', partitions: 2, cleanup: 'delete' } as const]
    await expect(log.ensureTopics(specs)).rejects.toMatchObject({ code: 'log.topic.conflict' })
    await expect(log.partitions('new')).rejects.toMatchObject({ code: 'log.topic.unknown' })
  })

  test('refuses topics that can not be', async () => {
    await using log = createMemoryLog()
    for (const [topic, partitions] of [
      ['', 1],
      ['t', 0],
      ['t', -1],
      ['t', 1.5],
      ['t', 1e9],
    ] as const) {
      await expect(log.ensureTopics([{ topic, partitions, cleanup: 'delete' }])).rejects.toMatchObject({ code: 'config.invalid' })
    }
  })

  test('refuses two record batches in one append, and records that are not numbered in order', async () => {
    await using log = await logWith('t')
    const gap = encodeRecords([{ timestamp: 0 }, { timestamp: 0 }])
    // The offset delta of the second record is the fourth byte of its seven: length, attributes, timestamp delta, offset delta.
    gap[gap.length - 4] = 8
    for (const recordBatch of [Buffer.concat([one, one]), gap]) {
      await expect(log.append({ topic: 't', partition: 0, recordBatch })).rejects.toMatchObject({ code: 'log.append.refused' })
    }
  })

  test('lets the event loop turn between the batches of a reader that catches up', async () => {
    await using log = await logWith('t')
    for (let i = 0; i < 20; i++) await log.append({ topic: 't', partition: 0, recordBatch: one })
    let turns = 0
    const abort = new AbortController()
    const counting = (async () => {
      while (!abort.signal.aborted) {
        await eventLoop()
        turns++
      }
    })()
    const seen: number[] = []
    for await (const batch of log.read({ topic: 't', partition: 0, from: 0n, follow: false, maxBytes: 1 }))
      if (batch.count > 0) seen.push(turns)
    abort.abort()
    await counting
    expect(seen.length).toBe(20)
    expect(new Set(seen).size).toBeGreaterThan(10)
  })

  test('leaves nobody waiting when a read ends', async () => {
    await using log = await logWith('t')
    await log.append({ topic: 't', partition: 0, recordBatch: one })
    const abort = new AbortController()
    const offsets: bigint[] = []
    const read = (async (batches: AsyncIterable<Batch>) => {
      for await (const batch of batches) offsets.push(offsetOf(batch, 0))
    })(log.read({ topic: 't', partition: 0, from: 0n, follow: true, signal: abort.signal }))
    await eventLoop()
    abort.abort()
    await read
    await log.append({ topic: 't', partition: 0, recordBatch: one })
    expect(offsets).toEqual([0n])
  })

  test('hands the group over before anything is assigned', async () => {
    await using log = await logWith('t')
    const order: string[] = []
    const assigned = Promise.withResolvers<void>()
    await log.join({
      group: 'g',
      topics: ['t'],
      listener: listener({ assigned: async () => (order.push('assigned'), assigned.resolve()) }),
    })
    order.push('joined')
    await assigned.promise
    expect(order).toEqual(['joined', 'assigned'])
  })

  test('lets a member commit while it is being revoked, and not after', async () => {
    await using log = await logWith('t')
    const assigned = Promise.withResolvers<readonly Assignment[]>()
    const commit = { appends: [], offsets: [{ topic: 't', partition: 0, next: 1n }] }
    const group = await log.join({
      group: 'g',
      topics: ['t'],
      listener: listener({ assigned: async (partitions) => assigned.resolve(partitions), revoked: async () => group.commit(commit) }),
    })
    await assigned.promise
    await group.leave()
    expect(await group.committed({ topic: 't', partition: 0 })).toBe(1n)
    await expect(group.commit(commit)).rejects.toMatchObject({ code: 'log.fenced' })
  })

  test.each(['assigned', 'revoked'] as const)('takes the partitions from a member whose %s fails, and tells it so', async (moment) => {
    await using log = await logWith('t', 2)
    const broken = new Error('broken')
    const failures: unknown[] = []
    const started = Promise.withResolvers<void>()
    await log.join({
      group: 'g',
      topics: ['t'],
      listener: {
        assigned: async () => {
          started.resolve()
          if (moment === 'assigned') throw broken
        },
        revoked: async () => {
          throw broken
        },
        failed: (error) => void failures.push(error),
      },
    })
    await started.promise
    const owned = new Set<number>()
    const all = Promise.withResolvers<void>()
    await log.join({
      group: 'g',
      topics: ['t'],
      listener: listener({
        assigned: async (partitions) => {
          for (const { partition } of partitions) owned.add(partition)
          if (owned.size === 2) all.resolve()
        },
      }),
    })
    await all.promise
    expect(failures).toEqual([broken])
  })

  test('is left at once after it was closed', async () => {
    const log = await logWith('t')
    const group = await log.join({ group: 'g', topics: ['t'], listener: listener({}) })
    await log[Symbol.asyncDispose]()
    await group.leave()
    await expect(group.commit({ appends: [], offsets: [] })).rejects.toMatchObject({ code: 'log.unavailable' })
  })
})
