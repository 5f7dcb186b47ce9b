/** The steps of a field path: `customer.age` has two. A dot that belongs to a name is written `\.`. */
export function pathSteps(path: string): string[] {
  return path.split(/(?<!\\)\./).map((step) => step.replaceAll('\\.', '.'))
}

/** What stands at the steps inside a structured record, or undefined. */
export function valueAt(record: unknown, steps: readonly string[]): unknown {
  let value = record
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return value
}

const LONGEST = 80

/** A value as text for a message, shortened where it is long; undefined for a value that is absent. */
export function messageText(value: unknown): string | undefined {
  if (value === undefined) return undefined
  // JSON has no NaN and no infinities: it would make `null` of them.
  const isPlain = typeof value === 'string' || typeof value === 'number'
  const text = isPlain ? String(value) : (JSON.stringify(value, plainJson) ?? typeof value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

/** What JSON has no writing for: long integers. */
function plainJson(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
