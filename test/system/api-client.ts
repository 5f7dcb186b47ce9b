import type { z } from 'zod'
import { type DataTypeState, dataTypeState } from '../../src/api/contract/state.ts'
import { type LiveSnapshot, liveSnapshot } from '../../src/api/contract/live.ts'
import { type ModelHistory, modelHistory } from '../../src/api/contract/models.ts'

export interface ApiAnswer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** What a program sees of a node. Answers that break the contract, and refusals where none are expected, are thrown. */
export class ApiClient {
  readonly url: string
  readonly #timeoutMs: number | undefined

  /** Requests reject where the answer takes longer than the time-out, if there is one. */
  constructor(url: string, { timeoutMs }: { readonly timeoutMs?: number } = {}) {
    this.url = url
    this.#timeoutMs = timeoutMs
  }

  async live(): Promise<LiveSnapshot> {
    return this.#get('/live', liveSnapshot)
  }

  async state(dataType: string): Promise<DataTypeState> {
    return this.#get(`/state/${dataType}`, dataTypeState)
  }

  async models(dataType: string): Promise<ModelHistory> {
    return this.#get(`/models/${dataType}`, modelHistory)
  }

  /** Posts bytes or JSON, and answers whatever came. */
  async post(path: string, body: Uint8Array | object | undefined, type = 'application/json'): Promise<ApiAnswer> {
    const payload = body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body)
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': type },
      ...(payload !== undefined && { body: payload as Uint8Array<ArrayBuffer> }),
      ...(this.#timeoutMs !== undefined && { signal: AbortSignal.timeout(this.#timeoutMs) }),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  async #get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const response = await fetch(this.url + path)
    const body: unknown = await response.json()
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${JSON.stringify(body)}`)
    return schema.parse(body)
  }
}
