import { expect } from 'vitest'

import { Follower } from './follower.ts'
import { append, placed, readAll, type ReadRecord, record } from './plain-record.ts'
import type { Suite } from './suite.ts'

export function compactionTests({ log, test, topic }: Suite): void {
  test('a compacted topic keeps at least the last record of each key, where it was', async () => {
    const name = await topic({ cleanup: 'compact' })
    for (let round = 0; round < 50; round++) {
      await append(log(), name, [record(`a${round}`, { key: 'a' }), record(`b${round}`, { key: 'b' })])
      if (round === 9) await append(log(), name, [record('once', { key: 'c', headers: [['h', '1']], timestamp: 12_345 })])
    }
    const read = await readAll(log(), name)
    const last = lastOfEachKey(read)
    expect(last.get('a')).toMatchObject({ value: 'a49', offset: 99 })
    expect(last.get('b')).toMatchObject({ value: 'b49', offset: 100 })
    expect(last.get('c')).toMatchObject({ value: 'once', offset: 20, headers: [['h', '1']], timestamp: 12_345 })
    expect(read.map(({ offset }) => offset)).toEqual(read.map(({ offset }) => offset).toSorted((one, other) => one - other))
    expect(await log().offsets({ topic: name, partition: 0 })).toEqual({ first: 0n, next: 101n })
  })

  test('a tombstone ends a key on a compacted topic', async () => {
    const name = await topic({ cleanup: 'compact' })
    await append(log(), name, [record('x', { key: 'gone' }), record('y', { key: 'kept' })])
    await append(log(), name, [record(null, { key: 'gone' })])
    const last = lastOfEachKey(await readAll(log(), name))
    expect(last.get('gone')?.value ?? null).toBe(null)
    expect(last.get('kept')?.value).toBe('y')
    await append(log(), name, [record('back', { key: 'gone' })])
    expect(lastOfEachKey(await readAll(log(), name)).get('gone')?.value).toBe('back')
  })

  test('a follower of a compacted topic reads every record that comes, tombstones too', async () => {
    const name = await topic({ cleanup: 'compact' })
    await using follower = new Follower(log(), { topic: name })
    const expected = [record('1', { key: 'k' }), record('2', { key: 'k' }), record(null, { key: 'k' })]
    for (const [i, each] of expected.entries()) {
      await append(log(), name, [each])
      await follower.has(i + 1)
    }
    expect(follower.records).toEqual(placed(expected))
  })

  test('a read of a compacted topic starts at any offset, also at one that is gone', async () => {
    const name = await topic({ cleanup: 'compact' })
    for (let i = 0; i < 20; i++) await append(log(), name, [record(`${i}`, { key: 'k' })])
    for (let from = 0; from < 20; from++) {
      const read = await readAll(log(), name, { from: BigInt(from) })
      expect(read.every(({ offset }) => offset >= from)).toBe(true)
      expect(read.at(-1)).toMatchObject({ offset: 19, value: '19' })
    }
    expect(await readAll(log(), name, { from: 20n })).toEqual([])
  })

  test('a record without a key is refused on a compacted topic', async () => {
    const name = await topic({ cleanup: 'compact' })
    await expect(append(log(), name, [record('a', { key: 'a' }), record('no key')])).rejects.toMatchObject({ code: 'log.append.refused' })
    expect(await log().offsets({ topic: name, partition: 0 })).toEqual({ first: 0n, next: 0n })
  })
}

function lastOfEachKey(records: readonly ReadRecord[]): Map<string | null, ReadRecord> {
  return new Map(records.map((each) => [each.key, each]))
}
