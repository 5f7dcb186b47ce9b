import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { SluiceError } from '../core/errors.ts'

/** One endpoint: what it takes and gives, for the server and for the OpenAPI description alike. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** In OpenAPI's writing: `/models/{dataType}`. */
  readonly path: string
  readonly summary: string
  readonly tag: 'models' | 'policies' | 'records' | 'state' | 'node'
  readonly query?: z.ZodObject
  /** A JSON body, or the content types of a raw one. */
  readonly body?: z.ZodType | { readonly contentTypes: readonly string[]; readonly description: string }
  /** The JSON of a successful answer, or the content type of another one. */
  readonly answer: z.ZodType | { readonly contentType: string }
  /** Answers with another status that are no refusals. */
  readonly others?: Readonly<Record<number, { readonly description: string; readonly answer: z.ZodType }>>
  /** Where it differs from the server's. */
  readonly bodyLimit?: number
  handle(request: RouteRequest, reply: FastifyReply): unknown
}

export interface RouteRequest {
  readonly params: Readonly<Record<string, string>>
  /** As the route's query schema made it. */
  readonly query: unknown
  /** The parsed JSON body, or the bytes of a raw one. */
  readonly body: unknown
  readonly raw: FastifyRequest
}

export function registerRoute(app: FastifyInstance, route: Route): void {
  app.route({
    method: route.method,
    ...(route.bodyLimit !== undefined && { bodyLimit: route.bodyLimit }),
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    handler: async (request, reply) => {
      const query = parse(route.query ?? z.strictObject({}), request.query, 'the query')
      const body = route.body instanceof z.ZodType ? parse(route.body, jsonOf(request.body), 'the body') : request.body
      return route.handle({ params: request.params as Record<string, string>, query, body, raw: request }, reply)
    },
  })
}

function parse(schema: z.ZodType, value: unknown, what: string): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || what}: ${issue.message}`)
  throw new SluiceError('api.request.invalid', `${what} is wrong: ${problems.join('; ')}`)
}

/** All bodies arrive as bytes; an empty one stands for an empty object. */
function jsonOf(body: unknown): unknown {
  if (!(body instanceof Uint8Array) || body.length === 0) return {}
  try {
    return JSON.parse(Buffer.from(body).toString('utf8')) as unknown
  } catch (cause) {
    throw new SluiceError('api.request.invalid', `the body is not JSON: ${(cause as Error).message}`, { cause })
  }
}
