import { z } from 'zod'
import { errorBody } from './contract/index.ts'
import type { Route } from './route.ts'

/** The OpenAPI 3.1 description of these routes. */
export function openApi(routes: readonly Route[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route)
  return {
    openapi: '3.1.0',
    info: { title: 'Sluice', version, description: 'Machine-learning models served inside Kafka streams.' },
    paths,
    components: { schemas: { Error: schemaOf(errorBody) } },
  }
}

function operation(route: Route): Record<string, unknown> {
  const failure = { description: 'What is wrong, with a code of docs/errors.md', content: json({ $ref: '#/components/schemas/Error' }) }
  return {
    summary: route.summary,
    tags: [route.tag],
    parameters: [...pathParameters(route.path), ...queryParameters(route.query)],
    ...(route.body !== undefined && { requestBody: requestBody(route.body) }),
    responses: { 200: { description: 'OK', content: answerContent(route.answer) }, ...otherAnswers(route), '4XX': failure, '5XX': failure },
  }
}

function pathParameters(path: string): unknown[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
}

function queryParameters(query: z.ZodObject | undefined): unknown[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const type = schema as z.ZodType
    // As what it is read as: in a query everything is text.
    const { description, ...rest } = schemaOf(type, 'output')
    return {
      name,
      in: 'query',
      required: !type.safeParse(undefined).success,
      ...(description !== undefined && { description }),
      schema: rest,
    }
  })
}

function requestBody(body: NonNullable<Route['body']>): unknown {
  if (body instanceof z.ZodType) return { content: json(schemaOf(body)) }
  const raw = { schema: { type: 'string', format: 'binary' } }
  const isJson = (type: string): boolean => type === 'application/json'
  const content = body.contentTypes.map((type) => [type, isJson(type) ? { schema: { type: ['object', 'array'] } } : raw])
  return { description: body.description, content: Object.fromEntries(content) as unknown }
}

function otherAnswers({ others = {} }: Route): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(others).map(([status, { description, answer }]) => [status, { description, content: json(schemaOf(answer)) }]),
  )
}

function answerContent(answer: Route['answer']): unknown {
  return answer instanceof z.ZodType ? json(schemaOf(answer)) : { [answer.contentType]: { schema: { type: 'string' } } }
}

function json(schema: unknown): Record<string, unknown> {
  return { 'application/json': { schema } }
}

function schemaOf(type: z.ZodType, io: 'input' | 'output' = 'input'): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io, unrepresentable: 'any' })
  return schema
}
