import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { createTokenSource, type TokenEndpoint } from './oidc-token.ts'

interface Answer {
  readonly status?: number
  readonly body: unknown
}

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A token endpoint that answers as it is told, and keeps what it was asked. */
async function endpoint(answer: (turn: number) => Answer) {
  const asked: { readonly authorization: string | undefined; readonly body: string; readonly type: string | undefined }[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ authorization: request.headers.authorization, body, type: request.headers['content-type'] })
      const { status = 200, body: said } = answer(asked.length)
      response.writeHead(status, { 'content-type': 'application/json' }).end(typeof said === 'string' ? said : JSON.stringify(said))
    })
  })
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done)
  })
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  closing.push(close)
  let now = 0
  const clock = { now: () => now, monotonic: () => now }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
  const settings: TokenEndpoint = { url, clientId: 'sluice', clientSecret: async () => 'open sesame', scope: undefined, clock }
  return { asked, settings, close, pass: (ms: number) => (now += ms) }
}

const tokens = (expires: number) => (turn: number) => ({ body: { access_token: `t${turn}`, token_type: 'Bearer', expires_in: expires } })

test('a client shows its id and secret as RFC 6749 has it, and asks for the scope', async () => {
  const { settings, asked } = await endpoint(tokens(60))
  const source = createTokenSource({ ...settings, clientId: 'a:b', clientSecret: async () => 'é %+', scope: 'kafka read' })
  expect(await source()).toBe('t1')
  // Form encoding of both by hand: ":" is %3A, "é" is %C3%A9, " " is +, "%" is %25, "+" is %2B.
  const authorization = `Basic ${Buffer.from('a%3Ab:%C3%A9+%25%2B').toString('base64')}`
  expect(asked).toEqual([
    { authorization, body: 'grant_type=client_credentials&scope=kafka+read', type: 'application/x-www-form-urlencoded' },
  ])
})

test('a token serves until 80 % of its life have passed, and who asks at once shares a request', async () => {
  const { settings, asked, pass } = await endpoint(tokens(100))
  const source = createTokenSource(settings)
  expect(await Promise.all([source(), source(), source()])).toEqual(['t1', 't1', 't1'])
  pass(79_999)
  expect(await source()).toBe('t1')
  pass(1)
  expect(await source()).toBe('t2')
  expect(asked).toHaveLength(2)
})

test('while the endpoint is away, a token serves to its end, and the endpoint is not asked all the time', async () => {
  const { settings, asked, pass } = await endpoint((turn) => (turn === 1 ? tokens(100)(1) : { status: 503, body: 'down' }))
  const source = createTokenSource(settings)
  await source()
  pass(90_000)
  expect(await Promise.all([source(), source()])).toEqual(['t1', 't1'])
  expect(await source()).toBe('t1')
  expect(asked).toHaveLength(2)
  pass(10_000)
  await expect(source()).rejects.toMatchObject({ code: 'log.unavailable', message: expect.stringContaining('503') as string })
})

test.each([
  [{ status: 401, body: { error: 'invalid_client', error_description: 'no such client' } }, 'answered 401, invalid_client, no such client'],
  [{ status: 404, body: '<html>' }, 'answered 404'],
  [{ body: { token_type: 'Bearer' } }, 'answered without an access_token'],
  [{ body: 'hello' }, 'answered without an access_token'],
  [{ body: { access_token: 'a\u0001auth=b' } }, 'answered without an access_token'],
])('%j is refused without the secret', async (answer, message) => {
  const { settings } = await endpoint(() => answer)
  const error = await createTokenSource(settings)().catch((reason: unknown) => reason as Error)
  expect(error).toMatchObject({ code: 'log.authentication.failed', message: expect.stringContaining(message) as string })
  expect(JSON.stringify([error, (error as Error).message])).not.toContain('sesame')
})

test('an endpoint that nobody answers at, or that says too much, is worth trying again', async () => {
  const away = await endpoint(tokens(1))
  away.close()
  await expect(createTokenSource(away.settings)()).rejects.toMatchObject({ code: 'log.unavailable' })
  const endless = await endpoint(() => ({ body: ' '.repeat(1_000_000) }))
  await expect(createTokenSource(endless.settings)()).rejects.toThrow('answered more than 262144 bytes')
})
