import { expect, it } from 'vitest'
import { groupSwaps } from './swap-groups.ts'

const swap = (version: string, partition: number, at: number, dataType = 'wine') => ({
  dataType,
  name: 'quality',
  version,
  sha256: '',
  topic: 'mdata',
  partition,
  fromOffset: String(at + partition),
  at,
  previous: null,
})

it('groups the partitions of one takeover and keeps the newest first', () => {
  const groups = groupSwaps([swap('2', 0, 9000), swap('2', 1, 8990), swap('1', 0, 10), swap('1', 1, 20)])
  expect(groups.map(({ id, at, partitions }) => ({ id, at, partitions: partitions.map((place) => place.partition) }))).toEqual([
    { id: 'quality@2', at: 8990, partitions: [0, 1] },
    { id: 'quality@1', at: 10, partitions: [0, 1] },
  ])
})

it('keeps a version that serves again after a rollback apart from its first time', () => {
  const groups = groupSwaps([swap('1', 0, 3000), swap('2', 0, 2000), swap('1', 0, 1000)])
  expect(groups.map((group) => group.id)).toEqual(['quality@1', 'quality@2', 'quality@1'])
})

it('does not mix data types, nor one partition with itself', () => {
  const groups = groupSwaps([swap('1', 0, 3000), swap('1', 0, 2500), swap('1', 0, 2000, 'flight')])
  expect(groups.map((group) => [group.dataType, group.partitions.length])).toEqual([
    ['wine', 1],
    ['wine', 1],
    ['flight', 1],
  ])
})
