import { expect, test } from 'vitest'
import { OffsetCommits } from './offset-commits.ts'

interface Asked {
  readonly offsets: string[]
  readonly settled: PromiseWithResolvers<void>
}

function broker(): { readonly asked: Asked[]; readonly commits: OffsetCommits } {
  const asked: Asked[] = []
  const commits = new OffsetCommits(async (offsets) => {
    const settled = Promise.withResolvers<void>()
    asked.push({ offsets: offsets.map(({ partition, next }) => `${partition}:${next}`), settled })
    return settled.promise
  })
  return { asked, commits }
}

const at = (partition: number, next: bigint) => ({ topic: 't', partition, next })

test('what comes while a request is under way goes with the next, the last offset of each partition only', async () => {
  const { asked, commits } = broker()
  const first = commits.commit(at(0, 1n))
  const others = [commits.commit(at(0, 2n)), commits.commit(at(1, 7n)), commits.commit(at(0, 3n))]
  expect(asked.map(({ offsets }) => offsets)).toEqual([['0:1']])
  asked[0]!.settled.resolve()
  await first
  expect(asked.map(({ offsets }) => offsets)).toEqual([['0:1'], ['0:3', '1:7']])
  asked[1]!.settled.resolve()
  await Promise.all(others)
  const later = commits.commit(at(0, 4n))
  asked[2]!.settled.resolve()
  await later
})

test('a partition that may not be committed does not take the others along', async () => {
  const { asked, commits } = broker()
  const first = commits.commit(at(0, 1n))
  const [mine, theirs] = [commits.commit(at(0, 2n)), commits.commit(at(1, 7n))]
  asked[0]!.settled.resolve()
  await first
  asked[1]!.settled.reject(new Error('not yours'))
  await expect.poll(() => asked.length).toBe(4)
  expect(asked.slice(2).map(({ offsets }) => offsets)).toEqual([['0:2'], ['1:7']])
  asked[2]!.settled.resolve()
  asked[3]!.settled.reject(new Error('not yours'))
  await expect(theirs).rejects.toThrow('not yours')
  await mine
})
