import type { RecordValue, Value } from '../values/value.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'

type Metric = (x: Value, y: Value) => number

/** The `to` of the first row of the table that is closest. */
function nearest(table: readonly RecordValue[], distance: (x: Value) => number): Value {
  let best: RecordValue | undefined
  let least = Number.NaN
  for (const row of table) {
    const d = distance(row['x'])
    if (best === undefined || d < least) {
      best = row
      least = d
    }
  }
  return best!['to']
}

function squaredDistance(site: CallSite, x: readonly number[], y: readonly number[]): number {
  if (x.length !== y.length) return site.fail(22011)
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += (x[i]! - y[i]!) ** 2
  return sum
}

function buildNearest(site: CallSite): Callable {
  const distances: readonly ((x: never, metric: Metric) => (y: Value) => number)[] = [
    (x: number) => (y) => Math.abs(x - (y as number)),
    (x: number[]) => (y) => squaredDistance(site, x, y as number[]),
    (x: Value, metric) => (y) => metric(x, y),
  ]
  const distance = distances[site.signature]!
  return (x: never, table: RecordValue[], metric: Metric) => {
    return table.length === 0 ? site.fail(22010) : nearest(table, distance(x, metric))
  }
}

interface Pair {
  readonly one: RecordValue
  readonly two: RecordValue
  /** Whether x lies between the two. */
  readonly between: boolean
}

/** The rows on both sides of x, or else the two closest; undefined where there are no two of different x. */
function around(x: number, table: readonly RecordValue[]): Pair | undefined {
  const below = closest(x, table, (at) => at <= x)
  const above = closest(x, table, (at) => at > x)
  if (below !== undefined && above !== undefined) return { one: below, two: above, between: true }
  const one = closest(x, table, () => true)
  if (one === undefined) return undefined
  const distance = Math.abs(x - (one['x'] as number))
  const two = closest(x, table, (at, row) => row !== one && Math.abs(x - at) !== distance)
  return two === undefined ? undefined : { one, two, between: false }
}

function closest(x: number, table: readonly RecordValue[], wanted: (at: number, row: RecordValue) => boolean): RecordValue | undefined {
  let best: RecordValue | undefined
  let least = Infinity
  for (const row of table) {
    const at = row['x'] as number
    const d = Math.abs(x - at)
    if (wanted(at, row) && (best === undefined || d < least)) {
      best = row
      least = d
    }
  }
  return best
}

/** Builds one of the three linear interpolations, which differ in what they give outside of the table. */
function buildLinear(site: CallSite, code: number, outside: (pair: Pair, x: number) => Value): Callable {
  const mix = (unitless: number, from: number, to: number): number => (1 - unitless) * from + unitless * to
  const single = site.signature === 0
  const interpolate = (x: number, { one, two }: Pair): Value => {
    const start = one['x'] as number
    const unitless = (x - start) / ((two['x'] as number) - start)
    if (single) return mix(unitless, one['to'] as number, two['to'] as number)
    const from = one['to'] as number[]
    const to = two['to'] as number[]
    return from.length === to.length ? from.map((value, i) => mix(unitless, value, to[i]!)) : site.fail(code + 1)
  }
  return (x: number, table: RecordValue[]) => {
    const pair = around(x, table) ?? site.fail(code)
    const beyond = pair.between ? undefined : outside(pair, x)
    return beyond === undefined ? interpolate(x, pair) : beyond
  }
}

function linear(
  name: string,
  code: number,
  [result, outside]: readonly [(type: string) => string, Parameters<typeof buildLinear>[2]],
): LibraryFunction {
  const types = ['double', 'array(double)']
  return {
    name: `interp.${name}`,
    signatures: types.map((type) => `(x: double, table: array(record R{x: double, to: ${type}})) -> ${result(type)}`),
    errors: { [code]: 'table must have at least two distinct x values', [code + 1]: 'inconsistent dimensionality' },
    build: (site) => buildLinear(site, code, outside),
  }
}

function bin(site: CallSite): Callable {
  if (site.signature === 1) {
    return (x: number, origin: number, width: number) => {
      if (!Number.isFinite(origin)) return site.fail(22000)
      if (!(width > 0)) return site.fail(22001)
      return Number.isFinite(x) ? asInt(Math.floor((x - origin) / width)) : site.fail(22002)
    }
  }
  return (x: number, numbins: number, low: number, high: number) => {
    if (!(low < high)) return site.fail(22000)
    if (numbins < 1) return site.fail(22001)
    if (!(x >= low && x < high)) return site.fail(22002)
    const out = Math.floor((numbins * (x - low)) / (high - low))
    return out >= 0 && out < numbins ? out : site.fail(22002)
  }
}

/** The closest int to a whole number, as Java's casts have it. */
function asInt(x: number): number {
  return Math.max(-2147483648, Math.min(2147483647, x)) + 0
}

/** PFA 0.8.1, Interpolation library (`interp.*`). */
export const INTERPOLATION: readonly LibraryFunction[] = [
  {
    name: 'interp.bin',
    signatures: ['(x: double, numbins: int, low: double, high: double) -> int', '(x: double, origin: double, width: double) -> int'],
    errors: { 22000: 'bad histogram range', 22001: 'bad histogram scale', 22002: 'x out of range' },
    build: bin,
  },
  {
    name: 'interp.nearest',
    signatures: [
      '(x: double, table: array(record R{x: double, to: any T})) -> T',
      '(x: array(double), table: array(record R{x: array(double), to: any T})) -> T',
      '(x: any X1, table: array(record R{x: any X2, to: any T}), metric: fcn(X1, X2)->double) -> T',
    ],
    errors: { 22010: 'table must have at least one entry', 22011: 'inconsistent dimensionality' },
    build: buildNearest,
  },
  linear('linear', 22020, [(type) => type, () => undefined]),
  linear('linearFlat', 22030, [(type) => type, ({ one }) => one['to']]),
  linear('linearMissing', 22040, [(type) => `(null|${type})`, ({ one }, x) => (one['x'] === x ? undefined : null)]),
]
