import { expect, test } from 'vitest'
import { readRecordBatches } from '../../core/record-batch.ts'
import { OffsetCommits } from './offset-commits.ts'

interface Asked {
  readonly offsets: string[]
  readonly settled: PromiseWithResolvers<void>
}

/** `order` has what reached the broker, one after the other. */
function broker(intervalMs = 0): { readonly asked: Asked[]; readonly order: string[]; readonly commits: OffsetCommits } {
  const asked: Asked[] = []
  const order: string[] = []
  const commits = new OffsetCommits({
    intervalMs,
    async append({ topic, partition, recordBatch }) {
      order.push(`${readRecordBatches(recordBatch, { topic, partition, from: 0n }).count} records`)
    },
    async request(offsets) {
      const settled = Promise.withResolvers<void>()
      asked.push({ offsets: offsets.map(({ partition, next }) => `${partition}:${next}`), settled })
      order.push('offsets')
      return settled.promise
    },
  })
  return { asked, order, commits }
}

const at = (partition: number, next: bigint) => ({ topic: 't', partition, next })
const record = (key: string, value: string) => ({ topic: 'changelog', partition: 0, timestamp: 1, key, value })

test('what comes while a request is under way goes with the next, the last offset of each partition only', async () => {
  const { asked, commits } = broker()
  const first = commits.commit(at(0, 1n))
  const others = [commits.commit(at(0, 2n)), commits.commit(at(1, 7n)), commits.commit(at(0, 3n))]
  await expect.poll(() => asked.map(({ offsets }) => offsets)).toEqual([['0:1']])
  asked[0]!.settled.resolve()
  await first
  await expect.poll(() => asked.map(({ offsets }) => offsets)).toEqual([['0:1'], ['0:3', '1:7']])
  asked[1]!.settled.resolve()
  await Promise.all(others)
  const later = commits.commit(at(0, 4n))
  await expect.poll(() => asked.length).toBe(3)
  asked[2]!.settled.resolve()
  await later
})

test('a partition that may not be committed does not take the others along', async () => {
  const { asked, commits } = broker()
  const first = commits.commit(at(0, 1n))
  const [mine, theirs] = [commits.commit(at(0, 2n)), commits.commit(at(1, 7n))]
  await expect.poll(() => asked.length).toBe(1)
  asked[0]!.settled.resolve()
  await first
  await expect.poll(() => asked.length).toBe(2)
  asked[1]!.settled.reject(new Error('not yours'))
  await expect.poll(() => asked.length).toBe(4)
  expect(asked.slice(2).map(({ offsets }) => offsets)).toEqual([['0:2'], ['1:7']])
  asked[2]!.settled.resolve()
  asked[3]!.settled.reject(new Error('not yours'))
  await expect(theirs).rejects.toThrow('not yours')
  await mine
})

test('the next request waits for the interval, or for a hurry', async () => {
  const { asked, commits } = broker(1 << 30)
  const first = commits.commit(at(0, 1n))
  await expect.poll(() => asked.length).toBe(1)
  asked[0]!.settled.resolve()
  await first
  const others = [commits.commit(at(0, 2n)), commits.commit(at(0, 3n))]
  await new Promise(setImmediate)
  expect(asked).toHaveLength(1)
  using _ = commits.hurry()
  await expect.poll(() => asked.length).toBe(2)
  asked[1]!.settled.resolve()
  await Promise.all(others)
  const last = commits.commit(at(0, 4n))
  await expect.poll(() => asked.length).toBe(3)
  asked[2]!.settled.resolve()
  await last
  expect(asked.map(({ offsets }) => offsets)).toEqual([['0:1'], ['0:3'], ['0:4']])
})

test('changelogs get the last record of each key, before the offsets that it goes with', async () => {
  const { asked, order, commits } = broker()
  commits.keep([record('a', '1'), record('b', '1')])
  commits.keep([record('a', '2')])
  const committed = commits.commit(at(0, 1n))
  await expect.poll(() => order).toEqual(['2 records', 'offsets'])
  asked[0]!.settled.resolve()
  await committed
})
