import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { asSluiceError, type ErrorCode, SluiceError } from '../core/errors.ts'
import { createMetrics } from './metrics.ts'
import { openApi } from './open-api.ts'
import { registerRoute } from './route.ts'
import { modelRoutes } from './routes/models.ts'
import { nodeRoutes } from './routes/node.ts'
import { policyRoutes } from './routes/policies.ts'
import { recordRoutes } from './routes/records.ts'
import type { Services } from './services.ts'
import { guardVisitors, type VisitorOptions } from './visitors.ts'

export interface ServerOptions extends VisitorOptions {
  readonly services: Services
  readonly maxBodyBytes: number
  /** Of a model that is published. */
  readonly maxModelBytes: number
  readonly version: string
  /** Adds the live page. */
  readonly page?: (app: FastifyInstance) => void
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  'api.not-found': 404,
  'api.origin.refused': 403,
  'log.topic.unknown': 404,
  'log.append.refused': 422,
  'model.not-found': 404,
  'policy.invalid': 422,
  'api.too-large': 413,
  'model.too-large': 413,
  'model.version.immutable': 409,
  'model.rollback.impossible': 409,
  internal: 500,
  'log.unavailable': 503,
}

const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

/** Data types have up to 200 characters, each of which may be 12 in a path (%F0%9F%8D%B7). */
const MAX_PARAMETER = 2400

/** The HTTP API of a node. It is not listening yet. */
export function createServer(options: ServerOptions): FastifyInstance {
  const { services, maxBodyBytes, maxModelBytes, version, page } = options
  const refuse = (cause: unknown, reply: FastifyReply): FastifyReply => {
    const error = sluiceError(cause, maxBodyBytes)
    return reply.code(statusOf(error)).headers(SECURITY_HEADERS).send(error.toJSON())
  }
  const app = fastify({
    bodyLimit: maxBodyBytes,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: MAX_PARAMETER },
    frameworkErrors: (cause, _request, reply) => void refuse(cause, reply),
  })
  guardVisitors(app, options)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onSend', async (_request, reply) => {
    void reply.headers(SECURITY_HEADERS)
  })
  app.setErrorHandler((cause, _request, reply) => refuse(cause, reply))
  app.setNotFoundHandler((request, reply) => {
    const error = new SluiceError('api.not-found', `there is no ${request.method} ${request.url}; see GET /openapi.json`)
    return reply.code(404).send(error.toJSON())
  })
  const routes = [
    ...modelRoutes(services.models, maxModelBytes),
    ...policyRoutes(services.policies),
    ...recordRoutes(services.records),
    ...nodeRoutes(services, createMetrics(services)),
  ]
  for (const route of routes) registerRoute(app, route)
  const description = openApi(routes, version)
  app.get('/openapi.json', () => description)
  page?.(app)
  return app
}

/** What the table above does not name: 400 for a wrong request, 422 for a model or record that can't be used, else 500. */
function statusOf({ code, scope }: SluiceError): number {
  return STATUS[code] ?? (code.startsWith('api.') ? 400 : scope === 'service' ? 500 : 422)
}

function sluiceError(cause: unknown, maxBodyBytes: number): SluiceError {
  if (cause instanceof Error && 'code' in cause && cause.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new SluiceError(
      'api.too-large',
      `the body is larger than http.maxBodyBytes (${maxBodyBytes}) or, for a model, models.maxBytes`,
      { cause },
    )
  }
  if (cause instanceof Error && 'statusCode' in cause && Number(cause.statusCode) < 500) {
    return new SluiceError('api.request.invalid', cause.message, { cause })
  }
  return asSluiceError(cause, 'internal', 'the request failed')
}
