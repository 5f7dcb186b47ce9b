import { setImmediate as eventLoop } from 'node:timers/promises'

import { expect } from 'vitest'

import { Follower } from './follower.ts'
import { append, record } from './plain-record.ts'
import type { Suite } from './suite.ts'

export function followTests({ log, test, topic, testAlone }: Suite): void {
  test('a follower reads what is there and then what comes', async () => {
    const name = await topic()
    await append(log(), name, [record('a')])
    await using follower = new Follower(log(), { topic: name })
    await follower.has(1)
    await append(log(), name, [record('b'), record('c')])
    await follower.has(3)
    await append(log(), name, [record('d')])
    await follower.has(4)
    expect(follower.records.map(({ value }) => value)).toEqual(['a', 'b', 'c', 'd'])
    expect(follower.records.map(({ offset }) => offset)).toEqual([0, 1, 2, 3])
  })

  test('a follower at the end waits for the next record', async () => {
    const name = await topic()
    await append(log(), name, [record('before')])
    await using follower = new Follower(log(), { topic: name, from: 1n })
    await eventLoop()
    await append(log(), name, [record('after')])
    await follower.has(1)
    expect(follower.records.map(({ value }) => value)).toEqual(['after'])
  })

  test('an abort ends a follower that waits, without an error', async () => {
    const name = await topic()
    await append(log(), name, [record('a')])
    const follower = new Follower(log(), { topic: name })
    await follower.has(1)
    await eventLoop()
    follower.abort()
    await follower.ended
    expect(follower.records.length).toBe(1)
  })

  test('an abort ends a read between two batches', async () => {
    const name = await topic()
    for (let i = 0; i < 10; i++) await append(log(), name, [record('x'.repeat(100))])
    const abort = new AbortController()
    let batches = 0
    for await (const batch of log().read({ topic: name, partition: 0, from: 0n, follow: true, maxBytes: 1, signal: abort.signal })) {
      batches++
      batch.release()
      if (batches === 2) abort.abort()
    }
    expect(batches).toBe(2)
  })

  test('a read with a signal that has aborted ends at once', async () => {
    const name = await topic()
    await append(log(), name, [record('a')])
    const follower = new Follower(log(), { topic: name, signal: AbortSignal.abort() })
    await follower.ended
    expect(follower.records).toEqual([])
  })

  test('a consumer that stops in the middle leaves the log in order', async () => {
    const name = await topic()
    for (const value of ['a', 'b', 'c']) await append(log(), name, [record(value)])
    for await (const batch of log().read({ topic: name, partition: 0, from: 0n, follow: true, maxBytes: 1 })) {
      batch.release()
      break
    }
    await append(log(), name, [record('d')])
    await using follower = new Follower(log(), { topic: name })
    expect((await follower.has(4)).map(({ value }) => value)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('followers miss nothing while others append', async () => {
    const name = await topic()
    await using slow = new Follower(log(), { topic: name, maxBytes: 1 })
    await using fast = new Follower(log(), { topic: name })
    const texts = Array.from({ length: 100 }, (_, i) => `record ${i}`)
    for (let i = 0; i < texts.length; i += 10) {
      await Promise.all(texts.slice(i, i + 10).map(async (text) => append(log(), name, [record(text)])))
    }
    for (const follower of [slow, fast]) expect((await follower.has(100)).map(({ value }) => value)).toEqual(texts)
  })

  testAlone('disposing the log ends its reads, without an error', async ({ log: own }) => {
    const name = await topic({}, own)
    await append(own, name, [record('a')])
    const follower = new Follower(own, { topic: name })
    await follower.has(1)
    await own[Symbol.asyncDispose]()
    await follower.ended
    expect(follower.records.length).toBe(1)
  })
}
