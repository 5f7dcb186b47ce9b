import { expect } from 'vitest'

import { type Batch, offsetOf } from '../../../src/core/batch.ts'
import { append, readAll, record, valuesOf } from './plain-record.ts'
import type { Suite } from './suite.ts'

export function readTests({ log, test, topic, testAlone }: Suite): void {
  test('a read starts at any offset, also in the middle of a record batch', async () => {
    const name = await topic()
    await append(log(), name, [record('a'), record('b'), record('c')])
    await append(log(), name, [record('d'), record('e')])
    for (let from = 0; from <= 5; from++) {
      const read = await readAll(log(), name, { from: BigInt(from) })
      expect(read.map(({ value }) => value)).toEqual(['a', 'b', 'c', 'd', 'e'].slice(from))
      expect(read.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4].slice(from))
    }
  })

  test('an offset below the first or above the next is out of range', async () => {
    const name = await topic()
    await append(log(), name, [record('a')])
    for (const from of [-1n, 2n, 1_000_000n]) {
      const outOfRange = { code: 'log.offset.out-of-range', message: expect.stringContaining(String(from)) }
      await expect(readAll(log(), name, { from })).rejects.toMatchObject(outOfRange)
      await expect(readAll(log(), name, { from, follow: true })).rejects.toMatchObject(outOfRange)
    }
  })

  test('an empty partition reads as nothing', async () => {
    expect(await readAll(log(), await topic())).toEqual([])
  })

  test('a read that does not follow ends at the records that were there at the call', async () => {
    const name = await topic()
    for (const value of ['a', 'b', 'c']) await append(log(), name, [record(value)])
    const read: bigint[] = []
    for await (const batch of log().read({ topic: name, partition: 0, from: 0n, follow: false, maxBytes: 1 })) {
      for (let i = 0; i < batch.count; i++) read.push(offsetOf(batch, i))
      batch.release()
      await append(log(), name, [record('too late')])
    }
    expect(read).toEqual([0n, 1n, 2n])
  })

  test('reads of many partitions at the same time, in portions however small, miss nothing', async () => {
    const partitions = Array.from({ length: 12 }, (_, i) => i)
    const name = await topic({ partitions: partitions.length })
    for (const partition of partitions) {
      for (let i = 0; i < 4; i++) await append(log(), name, [record(`${partition}:${i}${'x'.repeat(2000 * (partition % 3))}`)], partition)
    }
    const counts = await Promise.all(
      [...partitions, ...partitions].map(async (partition, i) => {
        let count = 0
        for await (const batch of log().read({ topic: name, partition, from: 0n, follow: false, maxBytes: i < 12 ? 1 : 3000 })) {
          count += batch.count
          batch.release()
        }
        return count
      }),
    )
    expect(counts).toEqual(counts.map(() => 4))
  })

  test('each batch says from which offset to continue', async () => {
    const name = await topic()
    for (let i = 0; i < 10; i++) await append(log(), name, [record(`${i}a`), record(`${i}b`), record(`${i}c`)])
    let at = 1n
    const values: (string | null)[] = []
    while (at < 30n) {
      const batch = await firstBatch(log().read({ topic: name, partition: 0, from: at, follow: false, maxBytes: 200 }))
      expect(offsetOf(batch, 0)).toBe(at)
      expect(batch.nextOffset).toBe(offsetOf(batch, batch.count - 1) + 1n)
      values.push(...Array.from({ length: batch.count }, (_, i) => `${offsetOf(batch, i)}`))
      at = batch.nextOffset
      batch.release()
    }
    expect(values).toEqual(Array.from({ length: 29 }, (_, i) => `${i + 1}`))
  })

  test('batches keep to maxBytes, and a larger record comes alone', async () => {
    const name = await topic()
    const small = 'x'.repeat(900)
    const large = 'y'.repeat(20_000)
    for (let i = 0; i < 12; i++) await append(log(), name, [record(i === 6 ? large : small)])
    const batches: { count: number; size: number }[] = []
    for await (const batch of log().read({ topic: name, partition: 0, from: 0n, follow: false, maxBytes: 4096 })) {
      batches.push({ count: batch.count, size: batch.bytes.length })
      batch.release()
    }
    expect(batches.reduce((sum, { count }) => sum + count, 0)).toBe(12)
    for (const { count, size } of batches) if (size > 4096) expect(count).toBe(1)
    expect(batches.filter(({ size }) => size > 4096).length).toBe(1)
    expect(batches.some(({ count }) => count > 1)).toBe(true)
  })

  test('many readers of one partition read all of it', async () => {
    const name = await topic()
    const texts = Array.from({ length: 30 }, (_, i) => `record ${i}`)
    for (const text of texts) await append(log(), name, [record(text)])
    const reads = await Promise.all(Array.from({ length: 5 }, async () => valuesOf(log(), name, { maxBytes: 300 })))
    for (const read of reads) expect(read).toEqual(texts)
  })

  testAlone('a disposed log refuses work, and may be disposed again', async ({ log: own }) => {
    const name = await topic({}, own)
    await own[Symbol.asyncDispose]()
    await own[Symbol.asyncDispose]()
    const closed = { code: 'log.unavailable' }
    await expect(append(own, name, [record('x')])).rejects.toMatchObject(closed)
    await expect(own.offsets({ topic: name, partition: 0 })).rejects.toMatchObject(closed)
    await expect(readAll(own, name)).rejects.toMatchObject(closed)
  })
}

async function firstBatch(batches: AsyncIterable<Batch>): Promise<Batch> {
  for await (const batch of batches) return batch
  throw new Error('there is no batch to read')
}
