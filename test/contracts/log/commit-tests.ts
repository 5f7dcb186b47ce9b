import { expect } from 'vitest'

import type { Append } from '../../../src/core/log.ts'
import { Follower } from './follower.ts'
import { GroupStage, type StageMember } from './group-stage.ts'
import { append, record, toRecordBatch, valuesOf } from './plain-record.ts'
import { type Suite, uniqueName } from './suite.ts'

export function commitTests({ log, test, topic, testAlone }: Suite): void {
  test('a commit makes its appends visible, in order, and moves its offsets', async () => {
    const input = await topic({ partitions: 2 })
    const outputs = [await topic(), await topic({ partitions: 2 })]
    await using stage = new GroupStage(log(), [input])
    const member = await stage.join()
    await stage.settles([member, 2])
    await member.commit({
      appends: [to(outputs[0]!, 'a', 'b'), to(outputs[1]!, 'x'), to(outputs[0]!, 'c'), { ...to(outputs[1]!, 'y'), partition: 1 }],
      offsets: [0, 1].map((partition) => ({ topic: input, partition, next: BigInt(partition) })),
    })
    expect(await valuesOf(log(), outputs[0]!)).toEqual(['a', 'b', 'c'])
    expect(await valuesOf(log(), outputs[1]!)).toEqual(['x'])
    expect(await valuesOf(log(), outputs[1]!, { partition: 1 })).toEqual(['y'])
    expect(await member.group.committed({ topic: input, partition: 1 })).toBe(1n)
  })

  test('a commit may have only appends, or only offsets, or nothing', async () => {
    const { member, input, output, stage } = await oneMember()
    await using _ = stage
    await member.commit({})
    await member.commit({ appends: [to(output, 'a')] })
    await member.commit({ offsets: [{ topic: input, partition: 0, next: 3n }] })
    expect(await valuesOf(log(), output)).toEqual(['a'])
    expect(await member.group.committed({ topic: input, partition: 0 })).toBe(3n)
  })

  test('the bytes of a commit may be used again once it is done', async () => {
    const { member, output, stage } = await oneMember()
    await using _ = stage
    const bytes = toRecordBatch([record('first')])
    await member.commit({ appends: [{ topic: output, partition: 0, recordBatch: bytes }] })
    bytes.fill(0)
    expect(await valuesOf(log(), output)).toEqual(['first'])
  })

  test('commits that are made one after the other without waiting keep their order', async () => {
    const { member, input, output, stage } = await oneMember()
    await using _ = stage
    const numbers = Array.from({ length: 30 }, (_unused, i) => i)
    await Promise.all(
      numbers.map(async (i) =>
        member.commit({ appends: [to(output, `${i}`)], offsets: [{ topic: input, partition: 0, next: BigInt(i + 1) }] }),
      ),
    )
    expect(await valuesOf(log(), output)).toEqual(numbers.map(String))
    expect(await member.group.committed({ topic: input, partition: 0 })).toBe(30n)
  })

  test('a changelog ends with the last record of each key, whatever was committed together', async () => {
    const { member, input, output, stage } = await oneMember()
    await using _ = stage
    const numbers = Array.from({ length: 20 }, (_unused, i) => i)
    const place = { topic: output, partition: 0, timestamp: 1 }
    await Promise.all(
      numbers.map(async (i) =>
        member.commit({
          changelog: [
            { ...place, key: 'all', value: `all ${i}` },
            { ...place, key: `of ${i % 3}`, value: `${i % 3} ${i}` },
          ],
          offsets: [{ topic: input, partition: 0, next: BigInt(i + 1) }],
        }),
      ),
    )
    const values = await valuesOf(log(), output)
    const last = (of: string): string | undefined => values.findLast((value) => value?.startsWith(`${of} `)) ?? undefined
    expect(['all', '0', '1', '2'].map(last)).toEqual(['all 19', '0 18', '1 19', '2 17'])
    await member.commit({ changelog: [{ ...place, key: 'alone', value: 'alone 1' }] })
    expect((await valuesOf(log(), output)).at(-1)).toBe('alone 1')
  })

  test('a commit with an append to an unknown topic leaves nothing', async () => {
    await expectNothing(to(uniqueName('missing'), 'x'), 'log.topic.unknown')
  })

  test('a commit with a broken record batch leaves nothing', async () => {
    await expectNothing({ topic: '', partition: 0, recordBatch: new Uint8Array(80) }, 'log.append.refused')
  })

  test('readers see every commit while more are made', async () => {
    const { member, input, output, stage } = await oneMember()
    await using _ = stage
    await using inputs = new Follower(log(), { topic: input })
    await using outputs = new Follower(log(), { topic: output, maxBytes: 1 })
    for (let i = 0; i < 50; i++) {
      await append(log(), input, [record(`${i}`)])
      const offsets = [{ topic: input, partition: 0, next: BigInt(i + 1) }]
      await member.commit({ appends: [to(output, `${i}a`, `${i}b`)], offsets })
      await Promise.all([inputs.has(i), outputs.has(i)])
    }
    const expected = Array.from({ length: 50 }, (_unused, i) => i)
    expect((await inputs.has(50)).map(({ value }) => value)).toEqual(expected.map((i) => `${i}`))
    expect((await outputs.has(100)).map(({ value }) => value)).toEqual(expected.flatMap((i) => [`${i}a`, `${i}b`]))
  })

  testAlone('committed offsets outlive the log object', async (own) => {
    const input = await topic({ partitions: 2 }, own.log)
    const stage = new GroupStage(own.log, [input])
    const member = await stage.join()
    await stage.settles([member, 2])
    await member.commit({ offsets: [{ topic: input, partition: 1, next: 5n }] })
    await member.leave()
    await own.log[Symbol.asyncDispose]()
    if (own.reopen === undefined) throw new Error('this log offers no reopen: skip this test with a reason')
    await using again = await own.reopen()
    await using reopened = new GroupStage(again, [input], stage.group)
    const successor = await reopened.join()
    await reopened.settles([successor, 2])
    expect(successor.starts(input)).toEqual([[0, 0], [1, 5]]) // prettier-ignore
  })

  async function expectNothing(bad: Append, code: string): Promise<void> {
    const { member, input, output, stage } = await oneMember()
    await using _ = stage
    const append_ = bad.topic === '' ? { ...bad, topic: output } : bad
    const commit = { appends: [to(output, 'a'), append_, to(output, 'b')], offsets: [{ topic: input, partition: 0, next: 1n }] }
    await expect(member.commit(commit)).rejects.toMatchObject({ code })
    expect(await valuesOf(log(), output)).toEqual([])
    expect(await log().offsets({ topic: output, partition: 0 })).toEqual({ first: 0n, next: 0n })
    expect(await member.group.committed({ topic: input, partition: 0 })).toBe(undefined)
    await member.commit({ ...commit, appends: [to(output, 'c')] })
    expect(await valuesOf(log(), output)).toEqual(['c'])
  }

  async function oneMember(): Promise<{ member: StageMember; input: string; output: string; stage: GroupStage }> {
    const input = await topic()
    const output = await topic()
    const stage = new GroupStage(log(), [input])
    const member = await stage.join()
    await stage.settles([member, 1])
    return { member, input, output, stage }
  }
}

function to(topic: string, ...values: readonly string[]): Append {
  return { topic, partition: 0, recordBatch: toRecordBatch(values.map((value) => record(value))) }
}
