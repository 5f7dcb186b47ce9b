import type { FastifyReply } from 'fastify'
import { SluiceError } from '../../core/errors.ts'
import { type RecordsQuery, recordsQuery, recordsResult, type ScoresQuery, scoresQuery, streamSchemas } from '../contract/index.ts'
import { closeSignal, sendEvents, sendLines } from '../event-stream.ts'
import type { Route, RouteRequest } from '../route.ts'
import type { RecordService, RecordsFormat } from '../services.ts'

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
  return [
    {
      method: 'POST',
      path: '/records/{stream}',
      summary: 'Append records to the input topic of a stream',
      tag: 'records',
      query: recordsQuery,
      body: { contentTypes: Object.keys(FORMATS), description: 'One or more records' },
      answer: recordsResult,
      handle: ({ params, query, body, raw }) => append(records, params['stream']!, { query: query as RecordsQuery, body, raw }),
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

type Tail = (stream: string, options: Parameters<RecordService['scores']>[1]) => AsyncIterable<unknown>

async function tail({ params, query, raw }: RouteRequest, reply: FastifyReply, read: Tail): Promise<FastifyReply> {
  const { follow, from = 'end', limit } = query as ScoresQuery
  const signal = closeSignal(reply)
  const items = read(params['stream']!, { follow: follow === 'true', from, signal, ...(limit !== undefined && { limit }) })
  if (raw.headers.accept?.includes('text/event-stream') === true) return sendEvents(reply, items)
  return sendLines(reply, items)
}
