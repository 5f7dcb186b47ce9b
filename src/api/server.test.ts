import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type ApiUnderTest, startApi } from './fixtures/api-under-test.ts'
import { dataTypeState, liveSnapshot, modelCommandResult, modelHistory, modelList, recordsResult, scoredRecord } from './contract/index.ts'

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi()
})
afterAll(async () => api[Symbol.asyncDispose]())

const json = (url: string, body: unknown): { url: string; payload: string; headers: Record<string, string> } => ({
  url,
  payload: typeof body === 'string' ? body : JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})

async function scoresOf(stream: string, query = ''): Promise<z.output<typeof scoredRecord>[]> {
  const { body } = await api.ask(`/scores/${stream}${query}`)
  return body.split('\n').flatMap((line) => (line === '' ? [] : [scoredRecord.parse(JSON.parse(line))]))
}

describe('models', () => {
  test('are listed by data type, newest first, with what serves', async () => {
    const [numbers, ...more] = await api.get('/models', modelList)
    expect(more).toEqual([])
    expect(numbers).toMatchObject({ dataType: 'number', serving: 'double@1' })
    expect(numbers!.versions.map(({ id, status }) => [id, status])).toContainEqual(['double@1', 'serving'])
    expect(await api.get('/models/number', modelHistory)).toEqual(numbers)
  })

  test('are published, rolled back and retired, and each answer says what came of it', async () => {
    expect((await api.publish('triple@1')).json()).toMatchObject({ id: 'triple@1', status: 'serving', reason: null })
    const back = await api.post(json('/models/number/rollback', {}), modelCommandResult)
    expect(back).toMatchObject({ id: 'double@1', dataType: 'number', status: 'serving' })
    const forward = await api.post(json('/models/number/rollback', { to: 'triple@1' }), modelCommandResult)
    expect(forward.status).toBe('serving')
    expect(await api.post(json('/models/number/retire', { id: 'triple@1' }), modelCommandResult)).toMatchObject({ status: 'retired' })
    expect((await api.get('/models/number', modelHistory)).serving).toBe('double@1')
  })

  test('an empty body goes back to the version before', async () => {
    await api.publish('ten@1')
    expect(await api.post({ url: '/models/number/rollback' }, modelCommandResult)).toMatchObject({ id: 'double@1' })
  })

  test.each<[string, number, string, string]>([
    ['dataType=number&format=function', 400, 'api.request.invalid', 'name'],
    ['name=a%40b&dataType=number&format=function', 400, 'api.request.invalid', 'a name has no @'],
    ['name=a&name=b&dataType=number&format=function', 400, 'api.request.invalid', 'name'],
    ['name=a&dataType=number&format=function&color=red', 400, 'api.request.invalid', 'color'],
    ['name=a&dataType=number&format=pmm', 422, 'model.format.unknown', 'pmm'],
    ['name=a&dataType=number&format=function&sha256=12', 400, 'api.request.invalid', 'sha256'],
    ['name=a&dataType=number&format=function&sha256=' + 'ab'.repeat(32), 422, 'model.sha256.mismatch', 'ab'],
    ['name=a&dataType=number&format=function&inputs=[1]', 400, 'api.request.invalid', 'inputs'],
    ['name=a&dataType=number&format=function&inputs=%7B"x":1%7D', 400, 'api.request.invalid', 'inputs'],
    ['name=a&dataType=number&format=function&location=x', 422, 'model.location.refused', 'sha256'],
    ['name=double&version=1&dataType=number&format=function', 409, 'model.version.immutable', 'double@1'],
    ['name=x&dataType=number&format=pmml', 422, 'model.malformed', ''],
    ['name=x&dataType=number&format=remote', 422, 'model.format.unknown', 'remote'],
  ])('published with ?%s are refused with %i %s', async (query, status, code, part) => {
    const refusal = await api.refusal({ method: 'POST', url: `/models?${query}`, headers: { 'content-type': 'application/octet-stream' }, payload: Buffer.from('some bytes') }) // prettier-ignore
    expect(refusal).toMatchObject({ status, code, message: expect.stringContaining(part) as string })
  })

  test.each<[string, unknown, number, string]>([
    ['/models/number/rollback', { to: 'double@99' }, 404, 'model.not-found'],
    ['/models/number/rollback', { to: 'triple@1' }, 409, 'model.rollback.impossible'],
    ['/models/number/rollback', { id: 'double@1' }, 400, 'api.request.invalid'],
    ['/models/number/rollback', '{"to":', 400, 'api.request.invalid'],
    ['/models/number/rollback', '[]', 400, 'api.request.invalid'],
    ['/models/nothing/rollback', {}, 404, 'api.not-found'],
    ['/models/number/retire', {}, 400, 'api.request.invalid'],
    ['/models/number/retire', { id: 'double@99' }, 404, 'model.not-found'],
    ['/models/nothing/retire', { id: 'double@1' }, 404, 'api.not-found'],
    ['/models/__proto__/retire', { id: 'double@1' }, 404, 'api.not-found'],
  ])('POST %s %j is refused with %i %s', async (url, body, status, code) => {
    expect(await api.refusal({ method: 'POST', ...json(url, body) })).toMatchObject({ status, code })
  })

  test('a serialised descriptor is published as it is, and refused where it is none', async () => {
    const ask = (payload: Buffer) => ({
      method: 'POST' as const,
      url: '/models',
      headers: { 'content-type': 'application/x-protobuf' },
      payload,
    })
    // name=1 'm', dataType=3 'beer', modeltype=4 PMML, data=5 '<'
    const descriptor = Buffer.from([10, 1, 109, 26, 4, 98, 101, 101, 114, 32, 2, 42, 1, 60])
    expect(await api.refusal(ask(descriptor))).toMatchObject({ status: 422, code: 'model.malformed' })
    expect((await api.get('/models/beer', modelHistory)).versions).toMatchObject([
      { id: 'm@1', format: 'pmml', bytes: 1, status: 'refused' },
    ])
    expect(await api.refusal(ask(Buffer.from('<xml')))).toMatchObject({ status: 422, code: 'model.descriptor.malformed' })
    expect(await api.refusal(ask(Buffer.alloc(0)))).toMatchObject({ status: 400, code: 'api.request.invalid' })
  })

  test('that are refused leave what serves as it is', async () => {
    expect((await api.get('/models/number', modelHistory)).serving).toBe('double@1')
  })
})

describe('records', () => {
  test('go in as JSON, and their answers come out with data type, score and model', async () => {
    const body = [
      { dataType: 'number', x: 1.5 },
      { dataType: 'number', x: 2, id: 'n' },
    ]
    const result = await api.post(json('/records/numbers?keyField=id&partition=0', body), recordsResult)
    expect(result).toEqual({ topic: 'numbers', appended: 2, offsets: { 0: '0' } })
    await expect.poll(async () => scoresOf('numbers')).toHaveLength(2)
    expect(await scoresOf('numbers')).toMatchObject([
      { topic: 'numbers', partition: 0, offset: '0', key: null, dataType: 'number', model: 'double@1', score: 3, record: body[0] },
      { offset: '1', key: 'n', score: 4, record: body[1] },
    ])
    expect(await scoresOf('numbers', '?limit=1')).toMatchObject([{ offset: '1' }])
    expect(await scoresOf('numbers', '?limit=1&from=beginning')).toMatchObject([{ offset: '0' }])
  })

  test('go in as protobuf, one or many, and are told apart from what is cut', async () => {
    // dataType=12 'beer'
    const message = Buffer.from([98, 4, 98, 101, 101, 114])
    const send = (type: string, payload: Buffer) => ({
      method: 'POST' as const,
      url: '/records/wine',
      headers: { 'content-type': type },
      payload,
    })
    expect(await api.post(send('application/x-protobuf', message), recordsResult)).toMatchObject({ topic: 'mdata', appended: 1 })
    const many = Buffer.concat([Buffer.from([6]), message, Buffer.from([6]), message])
    expect(await api.post(send('application/x-protobuf-delimited', many), recordsResult)).toMatchObject({ appended: 2 })
    expect(await api.refusal(send('application/x-protobuf-delimited', many.subarray(0, -1)))).toMatchObject({
      status: 400,
      code: 'api.request.invalid',
    })
    const converted = json('/records/wine', [{ dataType: 'beer', alcohol: 5 }])
    expect(await api.post(converted, recordsResult)).toMatchObject({ appended: 1 })
    await expect.poll(async () => (await api.get('/state/beer', dataTypeState)).totals.rejections['record.no-model']).toBe(4)
  })

  test('of one request that can not all be read are not appended at all', async () => {
    const before = (await api.get('/live', liveSnapshot)).streams[1]
    const refusal = await api.refusal({ method: 'POST', ...json('/records/wine', [{ dataType: 'wine' }, { alcohol: 'much' }]) })
    expect(refusal).toMatchObject({ status: 422, scope: 'record' })
    expect(await api.refusal({ method: 'POST', ...json('/records/wine', '{"a":') })).toMatchObject({
      status: 400,
      code: 'api.request.invalid',
    })
    expect((await api.get('/live', liveSnapshot)).streams[1]).toMatchObject({ rejected: before!.rejected, backlog: 0 })
  })

  test.each<[string, string, string, number, string]>([
    ['/records/nothing', 'application/json', '{}', 404, 'api.not-found'],
    ['/records/numbers', 'text/csv', 'a,b', 400, 'api.request.invalid'],
    ['/records/numbers', 'application/json', '', 400, 'api.request.invalid'],
    ['/records/numbers', 'application/json', '[{},', 400, 'api.request.invalid'],
    ['/records/numbers?partition=2', 'application/json', '{}', 404, 'log.topic.unknown'],
    ['/records/numbers?partition=-1', 'application/json', '{}', 400, 'api.request.invalid'],
    ['/records/numbers?partition=', 'application/json', '{}', 400, 'api.request.invalid'],
    ['/records/numbers?what=1', 'application/json', '{}', 400, 'api.request.invalid'],
    ['/records/numbers', 'application/json', `"${'x'.repeat(100_000)}"`, 413, 'api.too-large'],
  ])('POST %s as %s is refused', async (url, type, payload, status, code) => {
    expect(await api.refusal({ method: 'POST', url, headers: { 'content-type': type }, payload })).toMatchObject({ status, code })
  })

  test.each(['limit=0', 'limit=x', 'limit=1e9', 'follow=yes', 'from=middle', 'a=b'])('GET /scores?%s is refused', async (query) => {
    expect(await api.refusal(`/scores/numbers?${query}`)).toMatchObject({ status: 400, code: 'api.request.invalid' })
  })

  test('GET /scores of an unknown stream is refused', async () => {
    expect(await api.refusal('/scores/nothing')).toMatchObject({ status: 404, code: 'api.not-found' })
  })
})

describe('state', () => {
  test('is there for each data type that has or had a model, as the tutorial has it', async () => {
    expect(await api.get('/processors', z.array(z.string()))).toEqual(expect.arrayContaining(['number']))
    const state = await api.get('/state/number', dataTypeState)
    expect(state).toMatchObject({ dataType: 'number', serving: 'double@1', name: 'double', version: '1', format: 'function', usage: 2 })
    expect(state.min!).toBeLessThanOrEqual(state.max!)
    expect(state.duration!).toBeGreaterThan(0)
    expect(state.totals).toEqual({ scored: 2, rejected: 0, rejections: {} })
  })

  test('of what is not there is a 404, whatever the name', async () => {
    const names = [
      'nothing',
      'a%2Fb',
      '%F0%9F%8D%B7',
      '..%2F..%2Fetc',
      '%00',
      'constructor',
      '__proto__',
      'x'.repeat(200),
      '%E6%BC%A2'.repeat(200),
    ]
    for (const name of names) expect(await api.refusal(`/state/${name}`)).toMatchObject({ status: 404, code: 'api.not-found' })
  })

  test('of data types with odd names is found', async () => {
    await api.post(json('/records/numbers', [{ dataType: 'a/b ☃', x: 1 }]), recordsResult)
    const url = `/state/${encodeURIComponent('a/b ☃')}`
    await expect.poll(async () => (await api.ask(url)).statusCode).toBe(200)
    expect(await api.get(url, dataTypeState)).toMatchObject({ dataType: 'a/b ☃', serving: null, totals: { rejected: 1 } })
  })
})

test('the picture of the node is what its schema says', async () => {
  const live = await api.get('/live', liveSnapshot)
  expect(live.streams.map((stream) => stream.name)).toEqual(['numbers', 'wine'])
  expect(live.node).toMatchObject({ log: 'memory', guarantee: 'exactly-once' })
})

test('health says that the node lives and is ready', async () => {
  expect((await api.ask('/health/live')).json()).toEqual({ live: true })
  expect((await api.ask('/health/ready')).json()).toEqual({ ready: true })
})

test.each<[string, number, string]>([
  ['/nothing', 404, 'api.not-found'],
  ['/state/%zz', 400, 'api.request.invalid'],
  ['/state/', 404, 'api.not-found'],
  ['/models/number/rollback', 404, 'api.not-found'],
  ['/models?x=1', 400, 'api.request.invalid'],
  ['//evil.example/models', 404, 'api.not-found'],
])('GET %s is refused with %i', async (url, status, code) => {
  expect(await api.refusal(url)).toMatchObject({ status, code })
})

test('every answer, also a refusal, forbids what a page of another origin could do with it', async () => {
  for (const url of ['/models', '/nothing', '/state/%zz', '/metrics']) {
    const { headers } = await api.ask(url)
    expect(headers['content-security-policy']).toContain("default-src 'self'")
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' })
    expect(headers['access-control-allow-origin']).toBeUndefined()
  }
})
