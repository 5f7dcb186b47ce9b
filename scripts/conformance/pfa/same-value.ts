import { isArray, isObject, type Json, numberOf } from '../../../src/models/pfa/document/json.ts'

/** How much two numbers may differ (PFA's own conformance rules): absolutely near zero, else relative; what is beyond 1e80 is infinite. */
const ZERO = 1e-8
const RELATIVE = 0.01
const INFINITE = 1e80

const SPECIAL: ReadonlyMap<unknown, number> = new Map([
  ['inf', Infinity],
  ['-inf', -Infinity],
  ['nan', NaN],
])

/** Where a result differs from what is expected, as a text for a person; undefined where it does not. */
export function difference(expected: Json, found: Json, path = ''): string | undefined {
  const number = numeric(found)
  if (number !== undefined || numeric(expected) !== undefined) {
    const wanted = numeric(expected)
    return wanted !== undefined && number !== undefined && sameNumber(wanted, number) ? undefined : differs(expected, found, path)
  }
  if (isArray(expected)) {
    if (!isArray(found) || found.length !== expected.length) return differs(expected, found, path)
    return first(expected.map((part, i) => () => difference(part, found[i]!, `${path}/${i}`)))
  }
  if (isObject(expected)) {
    if (!isObject(found) || found.size !== expected.size) return differs(expected, found, path)
    return first(
      [...expected].map(
        ([key, part]) =>
          () =>
            found.has(key) ? difference(part, found.get(key)!, `${path}/${key}`) : `${path}/${key} is missing`,
      ),
    )
  }
  return expected === found ? undefined : differs(expected, found, path)
}

function first(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const found = check()
    if (found !== undefined) return found
  }
  return undefined
}

function numeric(json: Json): number | undefined {
  return numberOf(json) ?? SPECIAL.get(json)
}

function sameNumber(expected: number, found: number): boolean {
  const [x, y] = [beyond(expected), beyond(found)]
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) && Number.isNaN(y)
  if (x === y) return true
  if (Math.abs(x) < ZERO && Math.abs(y) < ZERO) return true
  return Math.abs(x - y) <= RELATIVE * Math.max(Math.abs(x), Math.abs(y)) && Number.isFinite(x) === Number.isFinite(y)
}

function beyond(value: number): number {
  return Math.abs(value) > INFINITE ? Math.sign(value) * Infinity : value
}

function differs(expected: Json, found: Json, path: string): string {
  return `${path === '' ? 'the result' : path} is ${show(found)}, not ${show(expected)}`
}

export function show(json: Json): string {
  const text = JSON.stringify(json, (_, value: unknown) =>
    value instanceof Map ? Object.fromEntries(value) : typeof value === 'bigint' ? String(value) : value,
  )
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

/** Arrays in the order of their texts, for results whose order is not fixed. */
export function sorted(json: Json): Json {
  if (isArray(json)) return json.map(sorted).toSorted((x, y) => (show(x) < show(y) ? -1 : 1))
  return isObject(json) ? new Map([...json].map(([key, part]) => [key, sorted(part)])) : json
}
