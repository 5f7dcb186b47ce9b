import { SluiceError } from '../core/errors.ts'

export interface RequestOptions {
  /** Where the registry is: `http://localhost:8081`. */
  readonly url: string
  /** `user:password`, or a token. */
  readonly credentials?: string | undefined
  /** How long one request may take, ms. */
  readonly timeoutMs?: number
  readonly fetch?: typeof fetch
}

/** Asks a registry; the JSON that it answers, or undefined where it has no such thing. */
export type RegistryRequest = (method: 'GET' | 'POST', path: readonly string[], body?: unknown) => Promise<unknown>

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json'
const MAX_BYTES = 8 * 1024 * 1024

/** Makes single requests. They reject with `schemas.unavailable` where it is worth trying again, else with `schemas.refused`. */
export function createRequest({ url, credentials, timeoutMs = 5000, fetch: send = fetch }: RequestOptions): RegistryRequest {
  const base = url.replace(/\/+$/, '')
  const headers = { accept: `${MEDIA_TYPE}, application/json`, 'content-type': MEDIA_TYPE, ...authorization(credentials) }
  return async (method, path, body) => {
    const place = `${base}/${path.map(encodeURIComponent).join('/')}`
    let response: Response
    let text: string
    try {
      const init = { method, headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) } as const
      response = await send(place, body === undefined ? init : { ...init, body: JSON.stringify(body) })
      text = await textOf(response)
    } catch (cause) {
      if (cause instanceof SluiceError) throw cause
      throw new SluiceError('schemas.unavailable', `the schema registry at ${base} can't be reached: ${reasonOf(cause)}`, { cause })
    }
    if (response.status === 404) return undefined
    if (!response.ok) throw refusal(`${method} ${place}`, response.status, text)
    try {
      return JSON.parse(text) as unknown
    } catch (cause) {
      throw new SluiceError('schemas.unavailable', `${place} did not answer JSON; is it a schema registry?`, { cause })
    }
  }
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length > MAX_BYTES) throw new SluiceError('schemas.unavailable', `${response.url} answered more than ${MAX_BYTES} bytes`)
  }
  return text
}

function authorization(credentials: string | undefined): Readonly<Record<string, string>> {
  if (credentials === undefined) return {}
  const scheme = credentials.includes(':') ? `Basic ${Buffer.from(credentials).toString('base64')}` : `Bearer ${credentials}`
  return { authorization: scheme }
}

function refusal(request: string, status: number, text: string): SluiceError {
  const isPassing = status >= 500 || status === 429 || status === 408
  const message = `${request} answered ${status}${messageOf(text)}`
  return new SluiceError(isPassing ? 'schemas.unavailable' : 'schemas.refused', message, { details: { status } })
}

function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown }
    return typeof message === 'string' ? `: ${message.slice(0, 500)}` : ''
  } catch {
    return ''
  }
}

function reasonOf(cause: unknown): string {
  const { name, message, cause: inner } = cause as Error
  if (name === 'TimeoutError') return 'it did not answer in time'
  return inner instanceof Error && inner.message !== '' ? inner.message : message
}
