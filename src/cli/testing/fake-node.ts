import fastify, { type FastifyReply } from 'fastify'
import {
  type DataTypeState,
  type DeadLetter,
  type ErrorBody,
  type ModelCommandResult,
  type ModelHistory,
  type ModelVersion,
  publishQuery,
  recordsQuery,
  retireBody,
  rollbackBody,
  type ScoredRecord,
  scoresQuery,
} from '../../api/contract/index.ts'
import { NOW } from './fake-io.ts'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly type: string | undefined
  readonly body: Buffer
}

/** A stand-in for a node: it holds requests to the contract's schemas, remembers them, and answers what a test tells it to. */
export interface FakeNode extends AsyncDisposable {
  readonly server: string
  readonly requests: SeenRequest[]
  models: ModelHistory[]
  states: DataTypeState[]
  streams: string[]
  scores: ScoredRecord[]
  deadLetters: DeadLetter[]
  result: Partial<ModelCommandResult>
  /** Refuses the request with this number, from 1. */
  refuse: { readonly request: number; readonly status: number; readonly error: ErrorBody } | undefined
}

export async function startFakeNode(): Promise<FakeNode> {
  const app = fastify({ forceCloseConnections: true })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  const requests: SeenRequest[] = []
  const state = {
    requests,
    models: [] as ModelHistory[],
    states: [] as DataTypeState[],
    streams: ['flights'],
    scores: [] as ScoredRecord[],
    deadLetters: [] as DeadLetter[],
    result: {} as Partial<ModelCommandResult>,
    refuse: undefined as FakeNode['refuse'],
  }

  app.addHook('preHandler', async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const path = decodeURIComponent(request.url.split('?', 1)[0]!)
    const { method, headers } = request
    requests.push({ method, path, query: request.query as Record<string, string>, type: headers['content-type'], body })
    const { refuse } = state
    return refuse !== undefined && refuse.request === requests.length ? reply.code(refuse.status).send(refuse.error) : undefined
  })
  app.setErrorHandler((error: Error, _request, reply) => {
    void reply.code(400).send({ code: 'api.request.invalid', scope: 'service', message: error.message, details: {} })
  })
  const notFound = (reply: FastifyReply, what: string) =>
    reply.code(404).send({ code: 'api.not-found', scope: 'service', message: `there is no ${what}`, details: {} })
  const result = (id: string, dataType: string): ModelCommandResult => ({
    id,
    dataType,
    status: 'serving',
    offset: '7',
    reason: null,
    ...state.result,
  })
  const json = (body: unknown): unknown => JSON.parse(String(body))

  app.get('/models', async () => state.models)
  app.get<{ Params: { dataType: string } }>('/models/:dataType', async ({ params }, reply) => {
    const found = state.models.find(({ dataType }) => dataType === params.dataType)
    return found ?? notFound(reply, `data type '${params.dataType}'`)
  })
  app.post('/models', async ({ query }) => {
    const { name, version = '1', dataType } = publishQuery.parse(query)
    return result(`${name}@${version}`, dataType)
  })
  app.post<{ Params: { dataType: string } }>('/models/:dataType/rollback', async ({ params, body }) =>
    result(rollbackBody.parse(json(body)).to ?? 'before@1', params.dataType),
  )
  app.post<{ Params: { dataType: string } }>('/models/:dataType/retire', async ({ params, body }) =>
    result(retireBody.parse(json(body)).id, params.dataType),
  )
  app.post<{ Params: { stream: string } }>('/records/:stream', async ({ params, query, body, headers }) => {
    recordsQuery.parse(query)
    const type = headers['content-type']
    const appended = type === 'application/x-ndjson' ? String(body).split('\n').filter(Boolean).length : 1
    return { topic: `${params.stream}-in`, appended, offsets: { 0: String(requests.length) } }
  })
  const tail = (items: readonly unknown[], query: unknown, reply: FastifyReply) => {
    const { follow, limit } = scoresQuery.parse(query)
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'application/x-ndjson' })
    for (const item of items.slice(0, limit)) reply.raw.write(`${JSON.stringify(item)}\n\n`)
    if (follow !== 'true') reply.raw.end()
  }
  app.get('/scores/:stream', async ({ query }, reply) => tail(state.scores, query, reply))
  app.get('/rejected/:stream', async ({ query }, reply) => tail(state.deadLetters, query, reply))
  app.get('/processors', async () => state.states.map(({ dataType }) => dataType))
  app.get<{ Params: { dataType: string } }>('/state/:dataType', async ({ params }, reply) => {
    const found = state.states.find(({ dataType }) => dataType === params.dataType)
    return found ?? notFound(reply, `data type '${params.dataType}'`)
  })
  app.get('/live', async () => ({ streams: state.streams.map((name) => ({ name })) }))

  const server = await app.listen({ port: 0, host: '127.0.0.1' })
  return Object.assign(state, { server, [Symbol.asyncDispose]: async () => app.close() })
}

export function aVersion(part: Partial<ModelVersion> = {}): ModelVersion {
  const { name = 'tree', version = '1' } = part
  return {
    id: `${name}@${version}`,
    name,
    version,
    description: '',
    dataType: 'wine',
    format: 'pmml',
    sha256: 'ab'.repeat(32),
    bytes: 1536,
    metadata: {},
    publishedAt: NOW - 3_600_000,
    offset: '3',
    status: 'ready',
    servingSince: null,
    loadMs: 12,
    reason: null,
    ...part,
  }
}

export function aScore(part: Partial<ScoredRecord> = {}): ScoredRecord {
  return {
    topic: 'flights',
    partition: 0,
    offset: '41',
    key: null,
    dataType: 'flight',
    model: 'late-arrival@2',
    score: 'late',
    outputs: { late: 'late', probability: 0.873_12 },
    at: Date.UTC(2026, 0, 1, 10, 20, 30, 456),
    latencyMs: 0.42,
    record: { carrier: 'UA' },
    ...part,
  }
}

export function aDeadLetter(part: Partial<DeadLetter> = {}): DeadLetter {
  return {
    topic: 'flights',
    partition: 0,
    offset: '41',
    key: null,
    dataType: 'flight',
    model: 'late-arrival@2',
    code: 'record.feature.missing',
    message: "the feature 'carrier' is missing",
    at: Date.UTC(2026, 0, 1, 10, 20, 30, 456),
    text: '{"dataType":"flight"}',
    base64: null,
    valueBytes: 21,
    ...part,
  }
}
