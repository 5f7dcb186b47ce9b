import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createRegistryClient, type RegistryOptions } from './registry-client.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

/** A registry that answers as the handler says, and the requests that it got. */
async function registry(handler: Handler): Promise<{ url: string; requests: string[] } & AsyncDisposable> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => handler(request, response, body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/base/`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' }).end(JSON.stringify(value))
}

function client(url: string, options: Partial<RegistryOptions> = {}) {
  return createRegistryClient({ url, retries: 2, retryMs: 1, ...options })
}

test('a schema is asked for once, however many want it, and comes with those that it refers to', async () => {
  await using far = await registry((request, response) => {
    if (request.url === '/base/schemas/ids/7') {
      return json(response, { schema: '"A"', references: [{ name: 'b', subject: 'b/c', version: 3 }] })
    }
    if (request.url === '/base/subjects/b%2Fc/versions/3') return json(response, { id: 9, schema: '"B"', schemaType: 'AVRO' })
    json(response, { error_code: 40403, message: 'not found' }, 404)
  })
  const schemas = client(far.url)
  const [one, two] = await Promise.all([schemas.byId(7), schemas.byId(7)])
  expect(one).toBe(two)
  expect(one).toEqual({
    id: 7,
    language: 'AVRO',
    text: '"A"',
    references: [{ name: 'b', subject: 'b/c', version: 3 }],
    used: ['"B"'],
  })
  await schemas.byId(7)
  expect(far.requests).toEqual(['GET /base/schemas/ids/7', 'GET /base/subjects/b%2Fc/versions/3'])
  expect(await schemas.byId(8)).toBeUndefined()
  expect(await schemas.byId(8)).toBeUndefined()
  expect(await schemas.latest('x')).toBeUndefined()
  expect(far.requests.length).toBe(5)
})

test('a UUID is looked up with its number', async () => {
  await using far = await registry((request, response) => {
    if (request.url === '/base/schemas/guids/g') return json(response, { schema: '{}', schemaType: 'JSON' })
    json(response, [{ contextName: '.', id: 4 }])
  })
  expect(await client(far.url).byGuid('g')).toMatchObject({ id: 4, language: 'JSON' })
  expect(far.requests).toEqual(['GET /base/schemas/guids/g', 'GET /base/schemas/guids/g/ids'])
})

test('schemas are registered once and found, with the language and the references that they have', async () => {
  const bodies: unknown[] = []
  await using far = await registry((request, response, body) => {
    bodies.push({ url: request.url, ...(JSON.parse(body) as object) })
    json(response, { id: 12 })
  })
  const schemas = client(far.url)
  const schema = { language: 'JSON', text: '{}', references: [{ name: 'a', subject: 's', version: 1 }], used: [] } as const
  expect([await schemas.register('out', schema), await schemas.register('out', schema)]).toEqual([12, 12])
  expect(await schemas.find('out', { ...schema, language: 'AVRO', references: [] })).toBe(12)
  expect(bodies).toEqual([
    { url: '/base/subjects/out/versions', schema: '{}', schemaType: 'JSON', references: schema.references },
    { url: '/base/subjects/out', schema: '{}' },
  ])
})

test('what may pass is tried again, and what will not is told at once', async () => {
  let answers = [503, 429, 200]
  await using far = await registry((_, response) =>
    json(response, { id: 1, schema: '"int"', message: 'no', error_code: 1 }, answers.shift()),
  )
  const schemas = client(far.url)
  expect(await schemas.byId(1)).toMatchObject({ text: '"int"' })
  answers = [500, 500, 500]
  await expect(schemas.byId(2)).rejects.toMatchObject({
    code: 'schemas.unavailable',
    message: expect.stringContaining('answered 500: no') as string,
  })
  expect(answers).toEqual([])
  answers = [409]
  const schema = { language: 'AVRO', text: '"int"', references: [], used: [] } as const
  await expect(schemas.register('out', schema)).rejects.toMatchObject({
    code: 'schemas.refused',
    message: expect.stringContaining('409: no') as string,
  })
  answers = [401]
  await expect(schemas.latest('out')).rejects.toMatchObject({ code: 'schemas.refused' })
  // That it failed is not remembered.
  expect(await schemas.byId(2)).toMatchObject({ id: 2 })
})

test('credentials are a password or a token', async () => {
  const seen: (string | undefined)[] = []
  await using far = await registry((request, response) => {
    seen.push(request.headers.authorization)
    json(response, {}, 404)
  })
  await client(far.url, { credentials: 'me:secret' }).latest('x')
  await client(far.url, { credentials: 'token' }).latest('x')
  await client(far.url).latest('x')
  expect(seen).toEqual([`Basic ${Buffer.from('me:secret').toString('base64')}`, 'Bearer token', undefined])
})

test.each<[string, Handler]>([
  ['silence', () => {}],
  ['a page', (_, response) => void response.end('<html>')],
  ['another shape', (_, response) => json(response, { schema: 7 })],
  ['a language of its own', (_, response) => json(response, { id: 1, schema: 'x', schemaType: 'XSD' })],
  ['references that are none', (_, response) => json(response, { id: 1, schema: 'x', references: [{}] })],
  [
    'references in a circle',
    (_, response) => json(response, { id: 1, schema: 'x', references: [{ name: 'x', subject: 'x', version: 1 }] }),
  ],
  ['another place', (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ['a broken connection', (request) => void request.socket.destroy()],
])('%s instead of an answer is an error that says so', async (_, handler) => {
  await using far = await registry(handler)
  const schemas = client(far.url, { retries: 0, timeoutMs: 100 })
  await expect(schemas.latest('x')).rejects.toMatchObject({ code: 'schemas.unavailable' })
})

test('nobody there is an error that says where', async () => {
  const schemas = client('http://127.0.0.1:1', { retries: 1 })
  await expect(schemas.byId(1)).rejects.toMatchObject({
    code: 'schemas.unavailable',
    message: expect.stringContaining('the schema registry at http://127.0.0.1:1 can') as string,
  })
})
