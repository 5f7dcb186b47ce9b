import { SluiceError } from '../../core/errors.ts'
import {
  modelCommandResult,
  modelHistory,
  modelList,
  publishQuery,
  type PublishQuery,
  retireBody,
  rollbackBody,
} from '../contract/index.ts'
import type { Route } from '../route.ts'
import type { ModelService } from '../services.ts'
import type { z } from 'zod'

const DESCRIPTOR = 'application/x-protobuf'
/** What a descriptor may have beside the model's bytes. */
const DESCRIPTOR_OVERHEAD = 65_536

/** Models: what there is, and the commands that change it. */
export function modelRoutes(models: ModelService, maxModelBytes: number): Route[] {
  return [
    {
      method: 'GET',
      path: '/models',
      summary: 'The models of all data types, with their versions',
      tag: 'models',
      answer: modelList,
      handle: () => models.list(),
    },
    {
      method: 'GET',
      path: '/models/{dataType}',
      summary: 'The versions of one data type, newest first',
      tag: 'models',
      answer: modelHistory,
      handle: ({ params }) => models.history(params['dataType']!),
    },
    {
      method: 'POST',
      path: '/models',
      summary: 'Publish a model: its bytes as the body and what is said of it as the query, or a serialised ModelDescriptor as the body',
      tag: 'models',
      bodyLimit: maxModelBytes + DESCRIPTOR_OVERHEAD,
      query: publishQuery.partial(),
      body: { contentTypes: ['application/octet-stream', DESCRIPTOR], description: 'The bytes of the model; empty with a location' },
      answer: modelCommandResult,
      handle: ({ query, body, raw }) =>
        publish(models, { query: query as Partial<PublishQuery>, body, contentType: raw.headers['content-type'] }),
    },
    {
      method: 'POST',
      path: '/models/{dataType}/rollback',
      summary: 'Serve an earlier version again',
      tag: 'models',
      body: rollbackBody,
      answer: modelCommandResult,
      handle: ({ params, body }) => models.rollback(params['dataType']!, (body as z.infer<typeof rollbackBody>).to),
    },
    {
      method: 'POST',
      path: '/models/{dataType}/retire',
      summary: 'Take a version out, so that it does not serve again unless it is published again',
      tag: 'models',
      body: retireBody,
      answer: modelCommandResult,
      handle: ({ params, body }) => models.retire(params['dataType']!, (body as z.infer<typeof retireBody>).id),
    },
  ]
}

interface PublishRequest {
  readonly query: Partial<PublishQuery>
  readonly body: unknown
  readonly contentType: string | undefined
}

async function publish(models: ModelService, { query, body, contentType }: PublishRequest): Promise<unknown> {
  const bytes = body instanceof Uint8Array ? body : undefined
  if (contentType?.startsWith(DESCRIPTOR) === true) {
    if (bytes === undefined || bytes.length === 0)
      throw new SluiceError('api.request.invalid', 'the body is empty; it must be a serialised ModelDescriptor')
    return models.publishDescriptor(bytes, query.wait !== 'false')
  }
  const full = publishQuery.safeParse(query)
  if (!full.success) {
    const problems = full.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new SluiceError('api.request.invalid', `the query is wrong: ${problems.join('; ')}`)
  }
  if (full.data.location === undefined && (bytes === undefined || bytes.length === 0)) {
    throw new SluiceError('api.request.invalid', "the body is empty; it must be the model's bytes, or the query must name a location")
  }
  return models.publish(full.data, full.data.location === undefined ? bytes : undefined)
}
