import { SluiceError } from '../../core/errors.ts'
import {
  GOLDEN_AND_MODEL,
  goldenVectors,
  type GoldenVectorsBody,
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
const NEWLINE = 10
/** What a descriptor or golden vectors may take beside the model's bytes. */
const DESCRIPTOR_OVERHEAD = 1024 * 1024

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
      body: {
        contentTypes: ['application/octet-stream', GOLDEN_AND_MODEL, DESCRIPTOR],
        description: 'The bytes of the model, empty with a location; with golden vectors, these as a line of JSON before them',
      },
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
  const { golden, model } = contentType?.startsWith(GOLDEN_AND_MODEL) === true ? splitGolden(bytes) : { golden: undefined, model: bytes }
  if (full.data.location === undefined && (model === undefined || model.length === 0)) {
    throw new SluiceError('api.request.invalid', "the body is empty; it must be the model's bytes, or the query must name a location")
  }
  return models.publish(full.data, full.data.location === undefined ? model : undefined, golden)
}

/** The golden vectors in the first line of a body, and the model after it. */
function splitGolden(body: Uint8Array = new Uint8Array(0)): { golden: GoldenVectorsBody; model: Uint8Array } {
  const end = body.indexOf(NEWLINE)
  const line = body.subarray(0, Math.max(0, end))
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(line).toString('utf8'))
  } catch (cause) {
    throw new SluiceError('api.request.invalid', 'the body does not begin with a line of golden vectors in JSON', { cause })
  }
  const parsed = goldenVectors.safeParse(json)
  if (parsed.success) return { golden: parsed.data, model: body.subarray(end + 1) }
  const [issue] = parsed.error.issues
  throw new SluiceError('api.request.invalid', `the golden vectors are wrong: ${issue?.path.join('.')}: ${issue?.message}`)
}
