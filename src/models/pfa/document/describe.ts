import { Real } from './json.ts'

const SHOWN = 60

/** A part of a document or a record as a short text, for a message. */
export function describe(json: unknown): string {
  if (json === undefined) return 'nothing'
  if (json instanceof Map) return 'an object'
  if (json instanceof Uint8Array) return 'bytes'
  if (typeof json === 'object' && json !== null && !(json instanceof Real)) return Array.isArray(json) ? 'an array' : 'an object'
  const text = JSON.stringify(json instanceof Real ? json.value : typeof json === 'bigint' ? Number(json) : json)
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}
