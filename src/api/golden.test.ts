import { afterAll, beforeAll, expect, test } from 'vitest'
import { GOLDEN_AND_MODEL, modelCommandResult } from './contract/index.ts'
import { type ApiUnderTest, startApi } from './fixtures/api-under-test.ts'

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi()
})
afterAll(async () => api[Symbol.asyncDispose]())

const request = (version: string, line: string) => ({
  method: 'POST' as const,
  url: `/models?name=triple&version=${version}&dataType=number&format=function`,
  headers: { 'content-type': GOLDEN_AND_MODEL },
  payload: Buffer.from(`${line}\ntriple@1`),
})
const golden = (score: number): string => JSON.stringify({ vectors: [{ inputs: { x: 2 }, outputs: { score } }] })

test('a model published with golden vectors that it reproduces serves', async () => {
  expect(await api.post(request('2', golden(6)), modelCommandResult)).toMatchObject({ id: 'triple@2', status: 'serving' })
})

test('one that does not is refused with the difference', async () => {
  const refusal = await api.refusal(request('3', golden(6.1)))
  expect(refusal).toMatchObject({ status: 422, code: 'model.golden.mismatch' })
  expect(refusal.message).toContain('score of vector 1 is 6 and should be 6.1')
})

test.each([
  ['no line', 'triple'],
  ['no vectors', '{"vectors":[]}'],
  ['a value of another kind', '{"vectors":[{"inputs":{"x":[1]},"outputs":{"score":1}}]}'],
  ['another member', '{"vectors":[{"inputs":{},"outputs":{"score":1}}],"tolerance":1}'],
])('a body with %s is refused', async (_, line) => {
  expect(await api.refusal(request('4', line))).toMatchObject({ status: 400, code: 'api.request.invalid' })
})
