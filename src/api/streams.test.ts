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

/** The lines of an answer that are data. */
async function* dataOf(answer: IncomingMessage): AsyncIterable<string> {
  for await (const line of linesOf(answer)) if (!/^(?:id: .*|:)$/.test(line)) yield line
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
  const [lines, events] = await Promise.all(waiting.map(async ({ answer }) => take(dataOf(answer), 4)))
  const scores = (texts: readonly string[]): number[] =>
    texts.map((text) => scoredRecord.parse(JSON.parse(text)).score as number).toSorted((a, b) => a - b)
  expect(scores(lines!)).toEqual([2, 4, 6, 8])
  expect(scores(events!.map((event) => event.replace(/^data: /, '')))).toEqual([2, 4, 6, 8])
  const all = await open('/scores/numbers?follow=true&from=beginning&limit=5')
  expect(scores(await take(linesOf(all.answer), 6))).toEqual([0, 2, 4, 6, 8])
  for (const { asking } of [...waiting, all]) asking.destroy()
  await expect.poll(openConnections).toBe(0)
})

test('a client that lost its connection goes on behind the last event that it has, in all partitions', async () => {
  const path = '/v1/streams/numbers/answers'
  const records = (from: number) => Array.from({ length: 10 }, (_, i) => ({ dataType: 'number', x: from + i }))
  const first = await open(`${path}?from=end`, EVENTS)
  const seen: string[] = []
  await api.ask({
    method: 'POST',
    url: '/v1/streams/numbers/records',
    headers: { 'content-type': 'application/x-ndjson' },
    payload: linesOfJson(records(100)),
  })
  for await (const line of linesOf(first.answer)) {
    seen.push(line)
    if (seen.filter((each) => each.startsWith('data: ')).length === 7) break
  }
  first.asking.destroy()
  await send(...records(110))
  const id = seen.findLast((line) => line.startsWith('id: '))!.slice('id: '.length)
  const second = await open(path, { ...EVENTS, 'last-event-id': id })
  const rest = await take(dataOf(second.answer), 13)
  second.asking.destroy()
  const scores = [...seen, ...rest].flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6)) as { score: number }] : []))
  expect(scores.map(({ score }) => score).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => 200 + 2 * i))
  await expect.poll(openConnections).toBe(0)
})

test('an event id that is none of the stream is refused before anything is sent', async () => {
  const wrong = { url: '/v1/streams/numbers/answers', headers: { ...EVENTS, 'last-event-id': '12,x' } }
  expect(await api.refusal(wrong)).toMatchObject({ status: 400, code: 'api.request.invalid' })
})

test('answers as lines are the last ones, and a stream that is not there is said to be', async () => {
  const answer = await api.ask('/v1/streams/numbers/answers?limit=2')
  expect(answer.body.trim().split('\n')).toHaveLength(2)
  expect(await api.refusal('/v1/streams/nothing/answers')).toMatchObject({ status: 404 })
})

function linesOfJson(records: readonly object[]): string {
  return records.map((record) => JSON.stringify(record)).join('\n')
}

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
