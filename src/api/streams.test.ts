import { once } from 'node:events'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiUnderTest, startApi } from './fixtures/api-under-test.ts'
import { liveSnapshot, scoredRecord } from './contract/index.ts'

let api: ApiUnderTest
let port: number
beforeAll(async () => {
  api = await startApi()
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  port = (api.app.server.address() as AddressInfo).port
})
afterAll(async () => api[Symbol.asyncDispose]())

const EVENTS = { accept: 'text/event-stream' }

async function open(path: string, headers: Record<string, string> = {}): Promise<{ asking: ClientRequest; answer: IncomingMessage }> {
  const asking = request({ port, path, headers, agent: false }).end()
  // Thrown when the test cuts the line.
  asking.on('error', () => {})
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  answer.on('error', () => {})
  return { asking, answer: answer.setEncoding('utf8') }
}

/** The lines of an answer that are not empty, as they come. */
async function* linesOf(answer: IncomingMessage): AsyncIterable<string> {
  let rest = ''
  for await (const chunk of answer as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    yield* lines.filter((line) => line !== '')
  }
}

async function take<T>(source: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = []
  for await (const item of source) if (taken.push(item) === count) break
  return taken
}

async function openConnections(): Promise<number> {
  return new Promise((resolve, reject) => {
    api.app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
  })
}

async function send(...records: readonly object[]): Promise<void> {
  const response = await api.ask({
    method: 'POST',
    url: '/records/numbers',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(records),
  })
  expect(response.statusCode).toBe(200)
}

test('GET /live as events gives a picture every half second, until the client leaves', async () => {
  const { asking, answer } = await open('/live', EVENTS)
  expect(answer.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const started = performance.now()
  const events = await take(linesOf(answer), 3)
  expect(performance.now() - started).toBeGreaterThan(500)
  for (const event of events) expect(event).toMatch(/^data: \{/)
  const pictures = events.map((event) => liveSnapshot.parse(JSON.parse(event.slice('data: '.length))))
  expect(pictures[0]!.at).toBeLessThan(pictures[2]!.at)
  asking.destroy()
  await expect.poll(openConnections).toBe(0)
})

test('many who watch and leave leave nothing behind', async () => {
  const watchers = await Promise.all(Array.from({ length: 50 }, async () => open('/live', EVENTS)))
  await Promise.all(watchers.map(async ({ answer }) => take(linesOf(answer), 1)))
  for (const { asking } of watchers) asking.destroy()
  await expect.poll(openConnections).toBe(0)
  const listeners = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  expect(listeners).toBeLessThan(20)
})

test('GET /scores follows both partitions, as lines or as events, from the end or the beginning, up to a limit', async () => {
  await send({ dataType: 'number', x: 0 })
  const waiting = [await open('/scores/numbers?follow=true&limit=4'), await open('/scores/numbers?follow=true', EVENTS)]
  await send({ dataType: 'number', x: 1 }, { dataType: 'number', x: 2 })
  await send({ dataType: 'number', x: 3 }, { dataType: 'number', x: 4 })
  const [lines, events] = await Promise.all(waiting.map(async ({ answer }) => take(linesOf(answer), 4)))
  const scores = (texts: readonly string[]): number[] =>
    texts.map((text) => scoredRecord.parse(JSON.parse(text)).score as number).toSorted((a, b) => a - b)
  expect(scores(lines!)).toEqual([2, 4, 6, 8])
  expect(scores(events!.map((event) => event.replace(/^data: /, '')))).toEqual([2, 4, 6, 8])
  const all = await open('/scores/numbers?follow=true&from=beginning&limit=5')
  expect(scores(await take(linesOf(all.answer), 6))).toEqual([0, 2, 4, 6, 8])
  for (const { asking } of [...waiting, all]) asking.destroy()
  await expect.poll(openConnections).toBe(0)
})

test('a server that closes ends the streams that are open', async () => {
  const own = await startApi()
  await own.app.listen({ port: 0, host: '127.0.0.1' })
  const asking = request({ port: (own.app.server.address() as AddressInfo).port, path: '/live', headers: EVENTS, agent: false }).end()
  asking.on('error', () => {})
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  const ended = Promise.race([once(answer, 'close'), once(asking, 'close')])
  await own[Symbol.asyncDispose]()
  await expect(ended).resolves.toBeDefined()
})
