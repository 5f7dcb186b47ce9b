import { beforeEach, describe, expect, test } from 'vitest'
import type { TopicPartition } from '../../core/log.ts'
import { Holdings } from './holdings.ts'

const at = (partition: number): TopicPartition => ({ topic: 't', partition })
const numbers = (partitions: readonly TopicPartition[]): number[] => partitions.map(({ partition }) => partition)

let told: string[]
/** What `start` waits for before it looks at what is still owned. */
let gate: Promise<void>
let begun: PromiseWithResolvers<void>
let holdings: Holdings
beforeEach(() => {
  told = []
  gate = Promise.resolve()
  begun = Promise.withResolvers()
  holdings = new Holdings({
    start: async (partitions, stillOwned) => {
      begun.resolve()
      await gate
      const left = partitions.filter(stillOwned)
      told.push(`start ${numbers(left).join(' ')}`)
      return left
    },
    stop: async (partitions, lost) => void told.push(`${lost ? 'lost' : 'stop'} ${numbers(partitions).join(' ')}`),
    lost: async () => void told.push('all lost'),
  })
})

describe('Partitions that are taken', () => {
  test('are owned at once, and told of', async () => {
    const taking = holdings.take([at(0), at(1)])
    expect(holdings.has(at(1))).toBe(true)
    await taking
    expect(told).toEqual(['start 0 1'])
    await holdings.take([])
    expect(told).toEqual(['start 0 1', 'start '])
  })

  test('are owned until they are given up', async () => {
    await holdings.take([at(0), at(1)])
    const givingUp = holdings.giveUp([at(0)], false)
    expect(holdings.has(at(0))).toBe(true)
    await givingUp
    expect(numbers(holdings.owned)).toEqual([1])
    expect(told).toEqual(['start 0 1', 'stop 0'])
  })

  test('are not told of where they are lost before that, nor that they are lost', async () => {
    const opened = Promise.withResolvers<void>()
    gate = opened.promise
    const taking = holdings.take([at(0)])
    const second = holdings.take([at(1)])
    await begun.promise
    const losing = holdings.giveUp(holdings.owned, true)
    expect(holdings.owned).toEqual([])
    opened.resolve()
    await Promise.all([taking, second, losing])
    expect(told).toEqual(['all lost', 'start '])
  })

  test('are told of one change after the other', async () => {
    const opened = Promise.withResolvers<void>()
    gate = opened.promise
    const taking = holdings.take([at(0), at(1)])
    const givingUp = holdings.giveUp([at(1)], false)
    opened.resolve()
    await Promise.all([taking, givingUp])
    expect(told).toEqual(['start 0 1', 'stop 1'])
    await holdings.giveUp(holdings.owned, true)
    expect(told.slice(2)).toEqual(['all lost', 'lost 0'])
  })
})
