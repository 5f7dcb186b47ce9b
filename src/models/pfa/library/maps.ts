import type { ArrayType, MapType, Type } from '../types/type.ts'
import type { Value } from '../values/value.ts'
import { type CallSite, type Callable, type LibraryFunction, plain } from './library-function.ts'
import { itemEquality } from './membership.ts'

type Entries = ReadonlyMap<string, Value>
type Predicate = (item: Value) => boolean

const PAIR = '(a: map(any A), b: map(A)) -> '

function select(m: Entries, wanted: (key: string, value: Value) => boolean): Map<string, Value> {
  const out = new Map<string, Value>()
  for (const [key, value] of m) if (wanted(key, value)) out.set(key, value)
  return out
}

/** The entries of the maps in their order; of several values for one key the last one stays. */
function merge(maps: Iterable<Entries>): Map<string, Value> {
  const out = new Map<string, Value>()
  for (const map of maps) for (const [key, value] of map) out.set(key, value)
  return out
}

/** The key of a value in a map that stands for a set: its Avro encoding in base64. */
function keyOf(site: CallSite, type: Type): (item: Value) => string {
  const write = site.avroWriter(type)
  return (item) => Buffer.from(write(item)).toString('base64')
}

function values(m: Entries): Value[] {
  return [...m.values()]
}

function containsValue(site: CallSite): Callable {
  if (site.signature === 1) return (m: Entries, fcn: Predicate) => values(m).some((value) => fcn(value))
  const equal = itemEquality(site, (site.params[0] as MapType).values)
  return (m: Entries, value: Value) => values(m).some((other) => equal(other, value))
}

function add(site: CallSite): Callable {
  if (site.signature === 0) return (m: Entries, key: string, value: Value) => new Map(m).set(key, value)
  const key = keyOf(site, (site.params[0] as MapType).values)
  return (m: Entries, item: Value) => new Map(m).set(key(item), item)
}

/** PFA 0.8.1, Map library (`map.*`): entries, and maps as sets. */
export const MAPS: readonly LibraryFunction[] = [
  { name: 'map.len', signatures: ['(m: map(any A)) -> int'], build: plain((m: Entries) => m.size) },
  { name: 'map.keys', signatures: ['(m: map(any A)) -> array(string)'], build: plain((m: Entries) => [...m.keys()]) },
  { name: 'map.values', signatures: ['(m: map(any A)) -> array(A)'], build: plain(values) },
  {
    name: 'map.containsKey',
    signatures: ['(m: map(any A), key: string) -> boolean', '(m: map(any A), fcn: fcn(string)->boolean) -> boolean'],
    build: (site) => {
      if (site.signature === 0) return (m: Entries, key: string) => m.has(key)
      return (m: Entries, fcn: Predicate) => [...m.keys()].some((key) => fcn(key))
    },
  },
  {
    name: 'map.containsValue',
    signatures: ['(m: map(any A), value: A) -> boolean', '(m: map(any A), fcn: fcn(A)->boolean) -> boolean'],
    build: containsValue,
  },
  {
    name: 'map.add',
    signatures: ['(m: map(any A), key: string, value: A) -> map(A)', '(m: map(any A), item: A) -> map(A)'],
    build: add,
  },
  {
    name: 'map.remove',
    signatures: ['(m: map(any A), key: string) -> map(A)'],
    build: plain((m: Entries, key: string) => {
      const out = new Map(m)
      out.delete(key)
      return out
    }),
  },
  {
    name: 'map.only',
    signatures: ['(m: map(any A), keys: array(string)) -> map(A)'],
    build: plain((m: Entries, keys: string[]) => {
      const wanted = new Set(keys)
      return select(m, (key) => wanted.has(key))
    }),
  },
  {
    name: 'map.except',
    signatures: ['(m: map(any A), keys: array(string)) -> map(A)'],
    build: plain((m: Entries, keys: string[]) => {
      const unwanted = new Set(keys)
      return select(m, (key) => !unwanted.has(key))
    }),
  },
  {
    name: 'map.update',
    signatures: ['(base: map(any A), overlay: map(A)) -> map(A)'],
    build: plain((base: Entries, overlay: Entries) => merge([base, overlay])),
  },
  {
    name: 'map.split',
    signatures: ['(m: map(any A)) -> array(map(A))'],
    build: plain((m: Entries) => Array.from(m, (entry) => new Map([entry]))),
  },
  { name: 'map.join', signatures: ['(a: array(map(any A))) -> map(A)'], build: plain(merge) },
  {
    name: 'map.toset',
    signatures: ['(a: array(any A)) -> map(A)'],
    build: (site) => {
      const key = keyOf(site, (site.params[0] as ArrayType).items)
      return (a: readonly Value[]) => new Map(a.map((item) => [key(item), item]))
    },
  },
  { name: 'map.fromset', signatures: ['(s: map(any A)) -> array(A)'], build: plain(values) },
  {
    name: 'map.in',
    signatures: ['(s: map(any A), x: A) -> boolean'],
    build: (site) => {
      const key = keyOf(site, (site.params[0] as MapType).values)
      return (s: Entries, x: Value) => s.has(key(x))
    },
  },
  { name: 'map.union', signatures: [`${PAIR}map(A)`], build: plain((a: Entries, b: Entries) => merge([a, b])) },
  {
    name: 'map.intersection',
    signatures: [`${PAIR}map(A)`],
    build: plain((a: Entries, b: Entries) => select(a, (key) => b.has(key))),
  },
  { name: 'map.diff', signatures: [`${PAIR}map(A)`], build: plain((a: Entries, b: Entries) => select(a, (key) => !b.has(key))) },
  {
    name: 'map.symdiff',
    signatures: [`${PAIR}map(A)`],
    build: plain((a: Entries, b: Entries) => merge([select(a, (key) => !b.has(key)), select(b, (key) => !a.has(key))])),
  },
  {
    name: 'map.subset',
    signatures: ['(little: map(any A), big: map(A)) -> boolean'],
    build: plain((little: Entries, big: Entries) => [...little.keys()].every((key) => big.has(key))),
  },
  {
    name: 'map.disjoint',
    signatures: [`${PAIR}boolean`],
    build: plain((a: Entries, b: Entries) => ![...a.keys()].some((key) => b.has(key))),
  },
]
