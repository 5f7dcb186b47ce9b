import { readFileSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiUnderTest, startApi } from './fixtures/api-under-test.ts'

interface Operation {
  readonly summary: string
  readonly tags: readonly string[]
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: object }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content: Readonly<Record<string, { readonly schema: object }>> }>
  >
}

interface Description {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

let api: ApiUnderTest
let description: Description
beforeAll(async () => {
  api = await startApi()
  description = (await api.ask('/openapi.json')).json()
})
afterAll(async () => api[Symbol.asyncDispose]())

const operations = (): [string, string, Operation][] =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]): [string, string, Operation] => [path, method, each]),
  )

test('it has the parts that OpenAPI 3.1 asks for, and every path parameter is declared', () => {
  expect(description.openapi).toBe('3.1.0')
  expect(description.info).toMatchObject({ title: 'Sluice', version: '0.0.0' })
  for (const [path, method, { summary, tags, parameters, responses }] of operations()) {
    expect(['get', 'post', 'put']).toContain(method)
    expect(summary.length).toBeGreaterThan(5)
    expect(tags).toHaveLength(1)
    const inPath = parameters.filter((parameter) => parameter.in === 'path')
    expect(inPath.map(({ name, required }) => [name, required])).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, true]))
    expect(new Set(parameters.map((parameter) => parameter.name)).size).toBe(parameters.length)
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['200', '4XX', '5XX']))
    for (const answer of Object.values(responses)) expect(Object.keys(answer.content)).toHaveLength(1)
  }
})

test('every reference in it leads somewhere', () => {
  const references = [...JSON.stringify(description).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!)
  expect(new Set(references)).toEqual(new Set(['#/components/schemas/Error']))
  expect(Object.keys(description.components.schemas)).toEqual(['Error'])
})

test('its operations are the routes of the server, all of them and no others', () => {
  const described = operations().map(([path, method]) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`)
  const routes = [...routesOf(api.app.printRoutes({ commonPrefix: false, includeHooks: false }))]
  const served = routes.filter((route) => !route.startsWith('HEAD ') && route !== 'GET /openapi.json')
  expect(described.toSorted()).toEqual(served.toSorted())
})

/** `GET /models/:dataType` from fastify's drawing of its tree, in which each level stands four characters further to the right. */
function* routesOf(drawing: string): Iterable<string> {
  const path: string[] = []
  for (const [, indent, part, methods = ''] of drawing.matchAll(/^([│ ]*)[├└]── (\S+)(?: \(([^)]+)\))?$/gm)) {
    path.splice(indent!.length / 4, Infinity, part!)
    for (const method of methods.split(', ').filter((each) => each !== '')) yield `${method} ${path.join('')}`
  }
}

test('a value that no parameter takes by its description is not taken', async () => {
  for (const [path, method, { parameters }] of operations()) {
    const url = path.replaceAll(/\{(\w+)\}/g, 'number')
    expect((await api.ask({ method: method as 'GET', url: `${url}?not-a-parameter=1` })).statusCode).toBe(400)
    const numbers = parameters.filter(({ schema }) => 'type' in schema && schema.type === 'integer')
    for (const { name } of numbers) expect((await api.ask({ method: method as 'GET', url: `${url}?${name}=1.5` })).statusCode).toBe(400)
  }
})

test('every code that a route may refuse with is in the list of errors', () => {
  const known = readFileSync(join(import.meta.dirname, '../../docs/errors.md'), 'utf8')
  const sources = globSync('**/*.ts', { cwd: import.meta.dirname, exclude: (name) => name.endsWith('.test.ts') })
  const codes = sources.flatMap((file) =>
    [...readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(/'((?:api|model|log)\.[a-z.-]+)'/g)].map(([, code]) => code!),
  )
  expect(codes.length).toBeGreaterThan(5)
  for (const code of codes) expect(known).toContain(`\`${code}\``)
})
