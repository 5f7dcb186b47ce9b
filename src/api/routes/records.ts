import type { FastifyReply } from 'fastify'
import { SluiceError } from '../../core/errors.ts'
import { type RecordsQuery, recordsQuery, recordsResult, type ScoresQuery, scoresQuery, streamSchemas } from '../contract/index.ts'
import { closeSignal, sendEvents, sendLines } from '../event-stream.ts'
import type { Route, RouteRequest } from '../route.ts'
import type { RecordService, RecordsFormat, TailOptions, TailPosition } from '../services.ts'

const FORMATS: Readonly<Record<string, RecordsFormat>> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/x-protobuf': 'protobuf',
  'application/x-protobuf-delimited': 'protobuf-delimited',
  'application/avro': 'binary',
  'application/octet-stream': 'binary',
}

/** Records in, answers out. */
export function recordRoutes(records: RecordService): Route[] {
  const appending = {
    method: 'POST',
    summary: 'Append records to the input topic of a stream',
    tag: 'records',
    query: recordsQuery,
    body: { contentTypes: Object.keys(FORMATS), description: 'One or more records' },
    answer: recordsResult,
    handle: ({ params, query, body, raw }: RouteRequest) => append(records, params['stream']!, { query: query as RecordsQuery, body, raw }),
  } as const
  return [
    { path: '/records/{stream}', ...appending },
    { path: '/v1/streams/{stream}/records', ...appending },
    {
      method: 'GET',
      path: '/v1/streams/{stream}/answers',
      summary: 'Answers of a stream: as server-sent events all that come (with Last-Event-ID, from there on), as lines the last ones',
      tag: 'records',
      query: scoresQuery,
      answer: { contentType: 'application/x-ndjson' },
      handle: (request, reply) => tail(followed(request), reply, (stream, options) => records.scores(stream, options)),
    },
    {
      method: 'GET',
      path: '/schemas/{stream}',
      summary: 'The fields of the records of a stream, and the schema of its answers',
      tag: 'records',
      answer: streamSchemas,
      handle: async ({ params }) => records.schemas(params['stream']!),
    },
    {
      method: 'GET',
      path: '/scores/{stream}',
      summary: 'Answers of a stream: the last ones, or all that come (follow=true)',
      tag: 'records',
      query: scoresQuery,
      answer: { contentType: 'application/x-ndjson' },
      handle: (request, reply) => tail(request, reply, (stream, options) => records.scores(stream, options)),
    },
    {
      method: 'GET',
      path: '/rejected/{stream}',
      summary: 'Records of a stream that were rejected, with the reason and their value: the last ones, or all that come (follow=true)',
      tag: 'records',
      query: scoresQuery,
      answer: { contentType: 'application/x-ndjson' },
      handle: (request, reply) => tail(request, reply, (stream, options) => records.rejected(stream, options)),
    },
  ]
}

function append(
  records: RecordService,
  stream: string,
  { query, body, raw }: { query: RecordsQuery; body: unknown; raw: RouteRequest['raw'] },
): Promise<unknown> {
  const type = (raw.headers['content-type'] ?? 'application/json').split(';')[0]!.trim().toLowerCase()
  const format = FORMATS[type]
  if (format === undefined)
    throw new SluiceError('api.request.invalid', `content-type '${type}' is none of ${Object.keys(FORMATS).join(', ')}`)
  if (!(body instanceof Uint8Array) || body.length === 0)
    throw new SluiceError('api.request.invalid', 'the body is empty; it must hold at least one record')
  return records.append(stream, body, { ...query, format })
}

type Tail = (stream: string, options: TailOptions) => AsyncIterable<unknown>

/** Events have ids, by which a client that lost its connection goes on where it was (`Last-Event-ID`, as browsers send it). */
async function tail({ params, query, raw }: RouteRequest, reply: FastifyReply, read: Tail): Promise<FastifyReply> {
  const { follow, from = 'end', limit } = query as ScoresQuery
  const signal = closeSignal(reply)
  const options = { follow: follow === 'true', from, signal, ...(limit !== undefined && { limit }) }
  if (!wantsEvents(raw)) return sendLines(reply, read(params['stream']!, options))
  if (!options.follow) return sendEvents(reply, read(params['stream']!, options))
  const last = raw.headers['last-event-id']
  const position: TailPosition = { resume: typeof last === 'string' && last !== '' ? last : undefined, text: '' }
  return sendEvents(reply, read(params['stream']!, { ...options, position }), position)
}

function wantsEvents(raw: RouteRequest['raw']): boolean {
  return raw.headers.accept?.includes('text/event-stream') === true
}

/** As events, answers are followed where the query does not say otherwise. */
function followed(request: RouteRequest): RouteRequest {
  return wantsEvents(request.raw) ? { ...request, query: { follow: 'true', ...(request.query as ScoresQuery) } } : request
}
