import { expect, test } from 'vitest'
import { merge } from './merge.ts'

async function* counting(from: number, to: number, ended?: () => void): AsyncGenerator<number> {
  try {
    for (let i = from; i < to; i++) {
      yield i
      await new Promise(setImmediate)
    }
  } finally {
    ended?.()
  }
}

async function collect(source: AsyncIterable<number>, count = Infinity): Promise<number[]> {
  const all: number[] = []
  for await (const item of source) if (all.push(item) >= count) break
  return all
}

test('all items come, those of one source in their order', async () => {
  const all = await collect(merge([counting(0, 5), counting(10, 13), counting(20, 20)]))
  expect(all.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 10, 11, 12])
  expect(all.filter((item) => item < 10)).toEqual([0, 1, 2, 3, 4])
  expect(await collect(merge([]))).toEqual([])
})

test('a source is not asked for more than what is taken', async () => {
  let given = 0
  async function* eager(): AsyncGenerator<number> {
    for (;;) yield given++
  }
  expect(await collect(merge([eager()]), 3)).toEqual([0, 1, 2])
  expect(given).toBeLessThanOrEqual(4)
})

test('leaving ends the sources', async () => {
  const ended: number[] = []
  await collect(merge([counting(0, 100, () => ended.push(1)), counting(0, 100, () => ended.push(2))]), 2)
  await expect.poll(() => ended.toSorted((a, b) => a - b)).toEqual([1, 2])
})

test('what one source throws is thrown', async () => {
  // oxlint-disable-next-line require-yield -- it only throws
  async function* failing(): AsyncGenerator<number> {
    throw new Error('broken')
  }
  await expect(collect(merge([counting(0, 3), failing()]))).rejects.toThrow('broken')
})
