/** Deeper than records of people are, and shallow enough for any writer of JSON. */
const DEEPEST = 100

/**
 * A decoded record as JSON can hold it: whole numbers of many digits as text, bytes as base64, and what is nested too deep, or is
 * no value, as null.
 */
export function jsonValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value ?? null
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (depth === DEEPEST) return null
  if (Array.isArray(value)) return value.map((item) => jsonValue(item, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, jsonValue(item, depth + 1)]))
}
