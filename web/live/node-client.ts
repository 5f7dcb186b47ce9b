import type { ErrorBody } from '../../src/api/contract/errors.ts'
import type { ModelCommandResult } from '../../src/api/contract/models.ts'
import type { DataTypeState } from '../../src/api/contract/state.ts'

/** What a request came to: the node's answer, or what it refused it with. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Pick<ErrorBody, 'code' | 'message'> }

/** Lets an earlier version serve a data type again. */
export function rollback(dataType: string, to: string): Promise<Answer<ModelCommandResult>> {
  const body = JSON.stringify({ to })
  return ask(`/models/${encodeURIComponent(dataType)}/rollback`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
}

/** The statistics of a data type and its versions. */
export function fetchStatistics(dataType: string): Promise<Answer<DataTypeState>> {
  return ask(`/state/${encodeURIComponent(dataType)}`, {})
}

/** Publishes a model file and waits until it serves or is refused. */
export function publish(file: Blob, about: Readonly<Record<string, string>>): Promise<Answer<ModelCommandResult>> {
  const query = new URLSearchParams({ ...about, wait: 'true' })
  return ask(`/models?${query}`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: file })
}

async function ask<T>(url: string, init: RequestInit): Promise<Answer<T>> {
  try {
    const response = await fetch(url, init)
    const body = (await response.json().catch(() => undefined)) as unknown
    if (response.ok) return { ok: true, value: body as T }
    const { code, message } = (body ?? {}) as Partial<ErrorBody>
    return { ok: false, error: { code: code ?? `http ${response.status}`, message: message ?? response.statusText } }
  } catch {
    return { ok: false, error: { code: 'api.unreachable', message: 'the node did not answer' } }
  }
}
