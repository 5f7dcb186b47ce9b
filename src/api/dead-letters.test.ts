import { expect, test } from 'vitest'
import { deadLetter, liveSnapshot } from './contract/index.ts'
import { startApi } from './fixtures/api-under-test.ts'

test('rejected records can be read with their reason, their place and their bytes as they came', async () => {
  await using api = await startApi()
  const { streams } = await api.get('/live', liveSnapshot)
  const [stream] = streams
  const bodies = [Buffer.from('{"dataType":'), Buffer.from([0x7b, 0xff, 0xfe])]
  for (const payload of bodies) {
    const headers = { 'content-type': 'application/x-protobuf' }
    await api.ask({ method: 'POST', url: `/records/${stream!.name}?key=k`, headers, payload })
  }
  const read = async (query: string): Promise<unknown[]> => {
    const { body } = await api.ask(`/rejected/${stream!.name}?${query}`)
    return body.trim() === ''
      ? []
      : body
          .trim()
          .split('\n')
          .map((line) => deadLetter.strict().parse(JSON.parse(line)))
  }
  await expect.poll(async () => (await read('limit=10')).length).toBe(2)
  expect(await read('limit=10')).toMatchObject([
    { topic: stream!.input, offset: '0', key: 'k', code: 'record.json.malformed', text: '{"dataType":', base64: null, valueBytes: 12 },
    { topic: stream!.input, offset: '1', key: 'k', code: 'record.json.malformed', text: null, base64: 'e//+', valueBytes: 3 },
  ])
  expect(await read('limit=1')).toMatchObject([{ offset: '1' }])
  expect(await read('limit=1&from=beginning')).toMatchObject([{ offset: '0' }])
})

test('a stream that is not there has no dead letters', async () => {
  await using api = await startApi()
  expect(await api.refusal('/rejected/nothing')).toMatchObject({ status: 404, code: 'api.not-found' })
})

test('a model may be larger than other bodies, up to its own limit', async () => {
  await using api = await startApi({ maxBodyBytes: 1000, maxModelBytes: 200_000 })
  const publish = async (bytes: number): Promise<string> => {
    const url = '/models?name=big&dataType=number&format=pmml'
    const headers = { 'content-type': 'application/octet-stream' }
    return (await api.refusal({ method: 'POST', url, headers, payload: Buffer.alloc(bytes, 120) })).code
  }
  expect(await publish(150_000)).toBe('model.malformed')
  expect(await publish(1_300_000)).toBe('api.too-large')
})
