import { describe, expect, test } from 'vitest'
import { type ApiUnderTest, startApi } from './fixtures/api-under-test.ts'

const NODE = '127.0.0.1:5500'
const COMMAND = { method: 'POST' as const, url: '/models/number/rollback', payload: '{"to":"double@1"}' }

async function statuses(api: ApiUnderTest, requests: readonly Record<string, string>[], request: object = COMMAND): Promise<number[]> {
  const answers = []
  for (const headers of requests) answers.push((await api.ask({ ...request, headers: { host: NODE, ...headers } })).statusCode)
  return answers
}

describe('commands', () => {
  test('of programs and of the own page are taken', async () => {
    await using api = await startApi()
    const requests = [
      {},
      { 'user-agent': 'curl/8' },
      { origin: `http://${NODE}`, 'sec-fetch-site': 'same-origin' },
      { origin: `http://${NODE}` },
      { host: 'localhost:5500', origin: 'http://localhost:5500', 'sec-fetch-site': 'same-origin' },
      { host: '[::1]:5500', origin: 'http://[::1]:5500' },
      { 'sec-fetch-site': 'none' },
      // What fetch in Node sends.
      { 'sec-fetch-mode': 'cors', 'user-agent': 'node' },
    ]
    expect(await statuses(api, requests)).toEqual(requests.map(() => 200))
  })

  test('of pages elsewhere are refused, whatever they send, and do nothing', async () => {
    await using api = await startApi()
    const requests = [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: '' },
      { origin: 'http://localhost:3000' },
      { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' },
      { origin: 'http://127.0.0.1:5501' },
      { origin: `http://${NODE}.evil.example` },
      { origin: `http://evil@${NODE}x` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-origin, cross-site' },
    ].map((headers) => ({ 'content-type': 'text/plain', ...headers }))
    expect(await statuses(api, requests)).toEqual(requests.map(() => 403))
    const publish = { method: 'POST', url: '/models?name=m&dataType=d&format=function', payload: 'x' }
    expect(await statuses(api, requests, publish)).toEqual(requests.map(() => 403))
    const send = { method: 'POST', url: '/records/numbers', payload: '{}' }
    expect(await statuses(api, requests, send)).toEqual(requests.map(() => 403))
    expect(await api.refusal({ ...COMMAND, headers: { origin: 'https://evil.example' } })).toMatchObject({
      code: 'api.origin.refused',
      message: expect.stringContaining('https://evil.example') as string,
    })
    expect((await api.ask('/models')).json()).toHaveLength(1)
  })
})

describe('a node that listens on the loopback', () => {
  test.each(['127.0.0.1', 'localhost', '::1'])('(%s) does not answer to the name of a website', async (host) => {
    await using api = await startApi({ host })
    const names = ['evil.example', 'evil.example:5500', 'localhost.evil.example', '127.0.0.1.evil.example', '[::1].evil.example', '']
    const own = ['localhost', 'LOCALHOST:5500', 'sluice.localhost:5500', '127.0.0.1', '127.0.0.1:80', '[::1]:5500', '192.168.1.7:5500']
    const asked = async (name: string): Promise<number> => (await api.ask({ url: '/models', headers: { host: name } })).statusCode
    for (const name of own) expect([name, await asked(name)]).toEqual([name, 200])
    for (const name of names.filter((each) => each !== '' && !each.startsWith('['))) expect([name, await asked(name)]).toEqual([name, 403])
  })

  test('answers to names that it was told, for commands too', async () => {
    await using api = await startApi({ allowedHosts: ['Sluice.example.com'] })
    const headers = { host: 'sluice.example.com', origin: 'https://sluice.example.com' }
    expect((await api.ask({ ...COMMAND, headers })).statusCode).toBe(200)
    expect((await api.ask({ url: '/models', headers: { host: 'other.example.com' } })).statusCode).toBe(403)
  })
})

test('a node that listens on a network answers to any name, unless it was told its names; commands come from its own pages all the same', async () => {
  await using open = await startApi({ host: '0.0.0.0' })
  expect((await open.ask({ url: '/models', headers: { host: 'sluice:5500' } })).statusCode).toBe(200)
  expect((await open.ask({ ...COMMAND, headers: { host: 'sluice:5500', origin: 'http://sluice:5500' } })).statusCode).toBe(200)
  expect((await open.ask({ ...COMMAND, headers: { host: 'sluice:5500', origin: 'http://evil.example' } })).statusCode).toBe(403)
  await using told = await startApi({ host: '0.0.0.0', allowedHosts: ['sluice'] })
  expect((await told.ask({ url: '/models', headers: { host: 'evil.example' } })).statusCode).toBe(403)
})
