import type { MapType } from '../types/type.ts'
import type { Value } from '../values/value.ts'
import { type Callable, type LibraryFunction, plain } from './library-function.ts'
import { sameKeys } from './numeric/keyed-matrix.ts'
import { greater, leastN, lessBy, type LessThan } from './selection.ts'

type Entries = ReadonlyMap<string, Value>
type Call = (...args: readonly Value[]) => Value
type Entry = readonly [key: string, value: Value]

/** The row for a function that takes values, and the one that takes their keys before them. */
function pair(
  name: string,
  [ret, result]: readonly [ret: string, result: string],
  apply: (entries: Entries, call: (key: string, value: Value) => Value) => Value,
): LibraryFunction[] {
  return [
    {
      name: `map.${name}`,
      signatures: [`(m: map(any A), fcn: fcn(A)->${ret}) -> ${result}`],
      build: plain((m: Entries, fcn: Call) => apply(m, (_key, value) => fcn(value))),
    },
    {
      name: `map.${name}WithKey`,
      signatures: [`(m: map(any A), fcn: fcn(string, A)->${ret}) -> ${result}`],
      build: plain((m: Entries, fcn: Call) => apply(m, fcn)),
    },
  ]
}

const EMPTY = 'empty map'

interface Extreme {
  readonly name: string
  readonly code: number
  readonly largest: boolean
  readonly several: boolean
  readonly byFunction: boolean
}

/** All eight: argmax, argmin, argmaxLT … argminNLT, in the order of their codes. */
function extremes(): Extreme[] {
  const out: Extreme[] = []
  for (const several of [false, true]) {
    for (const byFunction of [false, true]) {
      for (const largest of [true, false]) {
        const name = `arg${largest ? 'max' : 'min'}${several ? 'N' : ''}${byFunction ? 'LT' : ''}`
        out.push({ name, code: 26120 + 10 * out.length, largest, several, byFunction })
      }
    }
  }
  return out
}

/** The keys of the n entries whose values are least; of equal ones by the order of their keys. */
function leastKeys(m: Entries, n: number, less: LessThan): string[] {
  const order: LessThan<Entry> = ([k, x], [l, y]) => less(x, y) || (k < l && !less(y, x))
  return leastN<Entry>(m, n, order).map(([key]) => key)
}

function extreme({ name, code, largest, several, byFunction }: Extreme): LibraryFunction {
  const params = ['m: map(any A)', ...(several ? ['n: int'] : []), ...(byFunction ? ['lessThan: fcn(A, A)->boolean'] : [])]
  return {
    name: `map.${name}`,
    signatures: [`(${params.join(', ')}) -> ${several ? 'array(string)' : 'string'}`],
    errors: several ? { [code]: EMPTY, [code + 1]: 'n < 0' } : { [code]: EMPTY },
    build(site): Callable {
      const natural = lessBy(site.comparator((site.params[0] as MapType).values))
      const keys = (m: Entries, n: number, less: LessThan): string[] => leastKeys(m, n, largest ? greater(less) : less)
      if (!several) return (m: Entries, less: LessThan = natural) => (m.size === 0 ? site.fail(code) : keys(m, 1, less)[0])
      return (m: Entries, n: number, less: LessThan = natural) => {
        if (m.size === 0) return site.fail(code)
        return n < 0 ? site.fail(code + 1) : keys(m, n, less)
      }
    },
  }
}

const LETTERS = ['A', 'B', 'C', 'D']

function zipmap(name: string, code: number, withKey: boolean): LibraryFunction {
  const signature = (count: number): string => {
    const letters = LETTERS.slice(0, count)
    const maps = letters.map((letter) => `${letter.toLowerCase()}: map(any ${letter})`)
    return `(${maps.join(', ')}, fcn: fcn(${[...(withKey ? ['string'] : []), ...letters].join(', ')})->any Z) -> map(Z)`
  }
  return {
    name: `map.${name}`,
    signatures: [2, 3, 4].map(signature),
    errors: { [code]: 'misaligned maps' },
    build:
      (site) =>
      (...args: readonly [...maps: Entries[], fcn: Call]) => {
        const fcn = args.at(-1) as Call
        const maps = args.slice(0, -1) as Entries[]
        const first = maps[0]!
        if (maps.some((map) => !sameKeys(map, first))) return site.fail(code)
        const out = new Map<string, Value>()
        for (const key of first.keys()) {
          const items = maps.map((map) => map.get(key))
          out.set(key, withKey ? fcn(key, ...items) : fcn(...items))
        }
        return out
      },
  }
}

function corresponds(name: string, withKey: boolean): LibraryFunction {
  return {
    name: `map.${name}`,
    signatures: [`(a: map(any A), b: map(any B), fcn: fcn(${withKey ? 'string, ' : ''}A, B)->boolean) -> boolean`],
    build: plain((a: Entries, b: Entries, fcn: (...args: readonly Value[]) => boolean) => {
      if (!sameKeys(a, b)) return false
      return [...a].every(([key, value]) => (withKey ? fcn(key, value, b.get(key)) : fcn(value, b.get(key))))
    }),
  }
}

function mapValues(m: Entries, call: (key: string, value: Value) => Value): Map<string, Value> {
  const out = new Map<string, Value>()
  for (const [key, value] of m) out.set(key, call(key, value))
  return out
}

/** PFA 0.8.1, Map library (`map.*`): functions applied to entries, and the keys of extremes. */
export const MAP_FUNCTIONS: readonly LibraryFunction[] = [
  ...extremes().map(extreme),
  ...pair('map', ['any B', 'map(B)'], mapValues),
  ...pair('filter', ['boolean', 'map(A)'], (m, call) => new Map([...m].filter(([key, value]) => call(key, value)))),
  ...pair('filterMap', ['(any B|null)', 'map(B)'], (m, call) => new Map([...mapValues(m, call)].filter(([, value]) => value !== null))),
  ...pair('flatMap', ['map(any B)', 'map(B)'], (m, call) => {
    return new Map([...m].flatMap(([key, value]) => [...(call(key, value) as Entries)]))
  }),
  zipmap('zipmap', 26370, false),
  zipmap('zipmapWithKey', 26380, true),
  corresponds('corresponds', false),
  corresponds('correspondsWithKey', true),
]
