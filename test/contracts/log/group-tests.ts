import { expect } from 'vitest'

import { GroupStage } from './group-stage.ts'
import { append, record, toRecordBatch, valuesOf } from './plain-record.ts'
import { type Suite, uniqueName } from './suite.ts'

export function groupTests({ log, test, topic }: Suite): void {
  test('the only member is assigned all partitions, from their first offset', async () => {
    const names = [await topic({ partitions: 3 }), await topic({ partitions: 1 })]
    await append(log(), names[0]!, [record('a')], 1)
    await using stage = new GroupStage(log(), names)
    const member = await stage.join()
    await stage.settles([member, 4])
    expect(member.starts(names[0]!)).toEqual([[0, 0], [1, 0], [2, 0]]) // prettier-ignore
    expect(member.starts(names[1]!)).toEqual([[0, 0]])
    expect(stage.violations).toEqual([])
  })

  test('a group continues at the offsets that it committed', async () => {
    const name = await topic({ partitions: 2 })
    await append(log(), name, [record('a'), record('b'), record('c')])
    await using stage = new GroupStage(log(), [name])
    const first = await stage.join()
    await stage.settles([first, 2])
    expect(await first.group.committed({ topic: name, partition: 0 })).toBe(undefined)
    await first.commit({ offsets: [{ topic: name, partition: 0, next: 1n }] })
    await first.commit({ offsets: [{ topic: name, partition: 0, next: 2n }] })
    expect(await first.group.committed({ topic: name, partition: 0 })).toBe(2n)
    expect(await first.group.committed({ topic: name, partition: 1 })).toBe(undefined)
    await first.leave()
    expect(first.owned.size).toBe(0)
    const second = await stage.join()
    await stage.settles([second, 2])
    expect(second.starts(name)).toEqual([[0, 2], [1, 0]]) // prettier-ignore
    expect(stage.violations).toEqual([])
  })

  test('groups have offsets of their own', async () => {
    const name = await topic()
    await append(log(), name, [record('a'), record('b')])
    await using one = new GroupStage(log(), [name])
    await using other = new GroupStage(log(), [name])
    const member = await one.join()
    await one.settles([member, 1])
    await member.commit({ offsets: [{ topic: name, partition: 0, next: 2n }] })
    const stranger = await other.join()
    await other.settles([stranger, 1])
    expect(stranger.starts(name)).toEqual([[0, 0]])
    expect(member.owned.size).toBe(1)
  })

  test('two members share the partitions, and each partition has one owner at any time', async () => {
    const name = await topic({ partitions: 4 })
    await using stage = new GroupStage(log(), [name])
    const first = await stage.join()
    await stage.settles([first, 4])
    const second = await stage.join()
    await stage.settles([first, 2], [second, 2])
    const shared = [...first.starts(name), ...second.starts(name)].map(([partition]) => partition)
    expect(shared.toSorted((one, other) => one - other)).toEqual([0, 1, 2, 3])
    await first.leave()
    await stage.settles([first, 0], [second, 4])
    expect(stage.violations).toEqual([])
  })

  test('the new owner continues from what the old one committed while it gave the partition up', async () => {
    const name = await topic({ partitions: 2 })
    for (const partition of [0, 1])
      await append(
        log(),
        name,
        Array.from({ length: 9 }, (_, i) => record(`${i}`)),
        partition,
      )
    await using stage = new GroupStage(log(), [name])
    const first = await stage.join()
    await stage.settles([first, 2])
    first.onRevoked = async (partitions) => first.commit({ offsets: partitions.map((each) => ({ ...each, next: 7n })) })
    const second = await stage.join()
    await stage.settles([first, 1], [second, 1])
    expect(second.starts(name).map(([, from]) => from)).toEqual([7])
    await first.leave()
    await stage.settles([second, 2])
    expect(second.starts(name)).toEqual([[0, 7], [1, 7]]) // prettier-ignore
    expect(stage.violations).toEqual([])
  })

  test('a member without partitions takes over when another one leaves', async () => {
    const name = await topic({ partitions: 1 })
    await using stage = new GroupStage(log(), [name])
    const first = await stage.join()
    await stage.settles([first, 1])
    const second = await stage.join()
    await first.leave()
    await stage.settles([first, 0], [second, 1])
    expect(stage.violations).toEqual([])
  })

  test('members come and go at once, and in the end every partition has one owner', async () => {
    const name = await topic({ partitions: 6 })
    await using stage = new GroupStage(log(), [name])
    const [first, second, third] = await Promise.all([stage.join(), stage.join(), stage.join()])
    await Promise.all([second.leave(), stage.join()])
    const fourth = stage.members[3]!
    await stage.settles([first, 2], [second, 0], [third, 2], [fourth, 2])
    expect(stage.violations).toEqual([])
  })

  test('a commit for a partition that the member does not own any more is fenced and leaves nothing', async () => {
    const name = await topic({ partitions: 2 })
    const output = await topic()
    await append(log(), name, [record('a'), record('b')])
    await using stage = new GroupStage(log(), [name])
    const first = await stage.join()
    await stage.settles([first, 2])
    const second = await stage.join()
    await stage.settles([first, 1], [second, 1])
    const late = [0, 1].find((partition) => !first.owned.has(`${name}-${partition}`))!
    const appends = [{ topic: output, partition: 0, recordBatch: toRecordBatch([record('late')]) }]
    await expect(first.commit({ appends, offsets: [{ topic: name, partition: late, next: 1n }] })).rejects.toMatchObject({
      code: 'log.fenced',
    })
    expect(await second.group.committed({ topic: name, partition: late })).toBe(undefined)
    expect(await valuesOf(log(), output)).toEqual([])
  })

  test('a member that left is fenced', async () => {
    const name = await topic()
    await using stage = new GroupStage(log(), [name])
    const member = await stage.join()
    await stage.settles([member, 1])
    await member.leave()
    await expect(member.commit({ offsets: [{ topic: name, partition: 0, next: 0n }] })).rejects.toMatchObject({ code: 'log.fenced' })
  })

  test('a topic that does not exist can not be joined', async () => {
    const stage = new GroupStage(log(), [await topic(), uniqueName('missing')])
    await expect(stage.join()).rejects.toMatchObject({ code: 'log.topic.unknown' })
  })
}
