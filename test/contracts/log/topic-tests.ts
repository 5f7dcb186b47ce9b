import { expect } from 'vitest'

import { append, readAll, record, valuesOf } from './plain-record.ts'
import { type Suite, uniqueName } from './suite.ts'

export function topicTests({ log, test, topic, testAlone }: Suite): void {
  test('a topic has the partitions it was created with', async () => {
    const name = uniqueName('topic')
    await log().ensureTopics([{ topic: name, partitions: 3, cleanup: 'delete' }])
    expect(await log().partitions(name)).toBe(3)
    for (const partition of [0, 1, 2]) expect(await log().offsets({ topic: name, partition })).toEqual({ first: 0n, next: 0n })
  })

  test('ensuring a topic again changes nothing, also when fewer partitions are asked for', async () => {
    const name = await topic({ partitions: 2 })
    await append(log(), name, [record('kept')])
    await log().ensureTopics([{ topic: name, partitions: 2, cleanup: 'delete' }])
    await log().ensureTopics([{ topic: name, partitions: 1, cleanup: 'delete' }])
    expect(await log().partitions(name)).toBe(2)
    expect(await valuesOf(log(), name)).toEqual(['kept'])
  })

  test('a topic with fewer partitions than asked for is a conflict', async () => {
    const name = await topic({ partitions: 2 })
    await expect(log().ensureTopics([{ topic: name, partitions: 3, cleanup: 'delete' }])).rejects.toMatchObject({
      code: 'log.topic.conflict',
      message: expect.stringContaining(name),
    })
    expect(await log().partitions(name)).toBe(2)
  })

  test('topics are ensured concurrently', async () => {
    const spec = { topic: uniqueName('topic'), partitions: 2, cleanup: 'delete' } as const
    await Promise.all([log().ensureTopics([spec]), log().ensureTopics([spec])])
    expect(await log().partitions(spec.topic)).toBe(2)
  })

  test('a topic that does not exist is unknown to every operation', async () => {
    const name = uniqueName('missing')
    const unknown = { code: 'log.topic.unknown', message: expect.stringContaining(name) }
    await expect(log().partitions(name)).rejects.toMatchObject(unknown)
    await expect(log().offsets({ topic: name, partition: 0 })).rejects.toMatchObject(unknown)
    await expect(append(log(), name, [record('x')])).rejects.toMatchObject(unknown)
    await expect(readAll(log(), name)).rejects.toMatchObject(unknown)
    await expect(readAll(log(), name, { follow: true })).rejects.toMatchObject(unknown)
  })

  test('a partition that the topic does not have is unknown', async () => {
    const name = await topic({ partitions: 2 })
    const unknown = { code: 'log.topic.unknown', message: expect.stringContaining(name) }
    await expect(log().offsets({ topic: name, partition: 2 })).rejects.toMatchObject(unknown)
    await expect(append(log(), name, [record('x')], 2)).rejects.toMatchObject(unknown)
    await expect(readAll(log(), name, { partition: 2 })).rejects.toMatchObject(unknown)
  })

  testAlone('topics and records outlive the log object', async (own) => {
    const name = await topic({ partitions: 2 }, own.log)
    await append(own.log, name, [record('a'), record('b')], 1)
    await own.log[Symbol.asyncDispose]()
    if (own.reopen === undefined) throw new Error('this log offers no reopen: skip this test with a reason')
    await using again = await own.reopen()
    expect(await again.partitions(name)).toBe(2)
    expect(await again.offsets({ topic: name, partition: 1 })).toEqual({ first: 0n, next: 2n })
    expect(await valuesOf(again, name, { partition: 1 })).toEqual(['a', 'b'])
    expect(await append(again, name, [record('c')], 1)).toBe(2n)
  })
}
