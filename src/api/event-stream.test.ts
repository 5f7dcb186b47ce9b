import { expect, test } from 'vitest'
import { writeTexts } from './event-stream.ts'

const writing = { write: JSON.stringify, quiet: () => '.', quietMs: 10 }

async function collect(texts: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = []
  for await (const text of texts) all.push(text)
  return all
}

test('while nothing comes, something is said, and no item is lost over it', async () => {
  const gate = Promise.withResolvers<void>()
  async function* items(): AsyncIterable<number> {
    yield 1
    await gate.promise
    yield 2
    yield 3
  }
  const texts = writeTexts(items(), writing)
  const said = [await texts.next(), await texts.next(), await texts.next()].map((next) => next.value)
  expect(said).toEqual(['1', '.', '.'])
  gate.resolve()
  expect(await collect(texts)).toEqual(['2', '3'])
})

test('an error of the source is an error of the texts', async () => {
  // oxlint-disable-next-line require-yield -- it only throws
  async function* failing(): AsyncIterable<number> {
    throw new Error('broken')
  }
  await expect(collect(writeTexts(failing(), writing))).rejects.toThrow('broken')
})

test('who leaves ends the source', async () => {
  let ended = false
  async function* items(): AsyncIterable<number> {
    try {
      for (let i = 0; ; i++) yield i
    } finally {
      ended = true
    }
  }
  for await (const text of writeTexts(items(), writing)) if (text === '3') break
  await expect.poll(() => ended).toBe(true)
})
