import type { z } from 'zod'
import { errorBody } from '../api/contract/index.ts'
import { ERRORS, type ErrorCode } from '../core/error-table.ts'
import { SluiceError } from '../core/errors.ts'

/** Talks HTTP to one node. All methods throw the node's own `SluiceError`, or `api.unreachable`; the signal's reason on abort. */
export interface NodeClient {
  readonly server: string
  /** The parsed answer, and the JSON as it came for `--json`: a newer node may say more than the schema knows. */
  get<T>(path: string, schema: z.ZodType<T>): Promise<Answer<T>>
  post<T>(path: string, schema: z.ZodType<T>, body?: RequestBody): Promise<Answer<T>>
  put<T>(path: string, schema: z.ZodType<T>, body: RequestBody): Promise<Answer<T>>
  /** The bytes of the answer as they arrive, for as long as the node sends. */
  stream(path: string): AsyncIterable<Uint8Array>
}

export interface Answer<T> {
  readonly value: T
  readonly json: unknown
}

export interface RequestBody {
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer> | Blob | string
}

export function createNodeClient(server: string, signal: AbortSignal): NodeClient {
  const base = baseUrl(server)

  async function send(method: 'GET' | 'POST' | 'PUT', path: string, body?: RequestBody): Promise<Response> {
    let response: Response
    try {
      const content = body === undefined ? {} : { body: body.bytes, headers: { 'content-type': body.type } }
      response = await fetch(base + path, { method, signal, redirect: 'error', ...content })
    } catch (cause) {
      throw signal.aborted ? signal.reason : unreachable(base, reasonOf(cause), cause)
    }
    if (!response.ok) throw await refusal(base, response)
    return response
  }

  async function exchange<T>(request: Promise<Response>, schema: z.ZodType<T>): Promise<Answer<T>> {
    const response = await request
    let json: unknown
    try {
      json = await response.json()
    } catch (cause) {
      throw signal.aborted ? signal.reason : unreachable(base, `its answer to ${response.url} is not JSON`, cause)
    }
    const parsed = schema.safeParse(json)
    if (parsed.success) return { value: parsed.data, json }
    const [issue] = parsed.error.issues
    const message = `the node's answer to ${response.url} is not what this command line knows (${issue?.path.join('.')}: ${issue?.message}); are both of one version?`
    throw new SluiceError('internal', message, { cause: parsed.error })
  }

  return {
    server: base,
    get: (path, schema) => exchange(send('GET', path), schema),
    post: (path, schema, body) => exchange(send('POST', path, body), schema),
    put: (path, schema, body) => exchange(send('PUT', path, body), schema),
    async *stream(path) {
      const { body } = await send('GET', path)
      try {
        if (body !== null) yield* body
      } catch (cause) {
        throw signal.aborted ? signal.reason : unreachable(base, 'the connection broke', cause)
      }
    },
  }
}

/** A path with its parts escaped, and a query without what is undefined. */
export function urlPath(parts: readonly string[], query: Readonly<Record<string, string | number | boolean | undefined>> = {}): string {
  const given = Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)] as [string, string]]))
  const search = new URLSearchParams(given).toString()
  return `/${parts.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`
}

function baseUrl(server: string): string {
  const text = server.includes('://') ? server : `http://${server}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw new SluiceError('cli.usage', `the server '${server}' is not an address such as http://localhost:5500`)
  return (url.origin + url.pathname).replace(/\/+$/, '')
}

async function refusal(base: string, response: Response): Promise<SluiceError> {
  const text = await response.text().catch(() => '')
  const body = errorBody.safeParse(jsonOrUndefined(text)).data
  if (body === undefined) return unreachable(base, `what answers there is not Sluice (HTTP ${response.status})`)
  const known = Object.hasOwn(ERRORS, body.code)
  const code = known ? (body.code as ErrorCode) : 'internal'
  return new SluiceError(code, known ? body.message : `${body.code}: ${body.message}`, { details: body.details })
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unreachable(base: string, reason: string, cause?: unknown): SluiceError {
  return new SluiceError('api.unreachable', `no Sluice at ${base}: ${reason}`, { cause, details: { server: base } })
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException }
  if (cause?.code === 'ECONNREFUSED') return 'nothing listens there'
  if (cause?.code === 'ENOTFOUND') return 'there is no such host'
  return cause?.message ?? message
}
