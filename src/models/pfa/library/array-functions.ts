import type { Value } from '../values/value.ts'
import { type CallSite, type Callable, type LibraryFunction, plain } from './library-function.ts'

type Items = readonly Value[]
type Call = (...args: readonly Value[]) => Value
type Predicate = (...args: readonly Value[]) => boolean

const EMPTY = 'empty array'

/** The row for a function that takes items, and the one that takes their places before them. */
function pair(
  name: string,
  [ret, result]: readonly [ret: string, result: string],
  apply: (a: Items, call: Call) => Value,
): LibraryFunction[] {
  return [
    {
      name: `a.${name}`,
      signatures: [`(a: array(any A), fcn: fcn(A)->${ret}) -> ${result}`],
      build: plain((a: Items, fcn: Call) => apply(a, (item) => fcn(item))),
    },
    {
      name: `a.${name}WithIndex`,
      signatures: [`(a: array(any A), fcn: fcn(int, A)->${ret}) -> ${result}`],
      build: plain((a: Items, fcn: Call) => apply(a, (item, i) => fcn(i, item))),
    },
  ]
}

/** Adds to an array in turn; a lot of items at once would not fit on the stack. */
function addAll(site: CallSite, out: Value[], items: Items): void {
  site.engine.checkSize(out.length + items.length)
  for (const item of items) out.push(item)
}

function flatMap(name: string, withIndex: boolean): LibraryFunction {
  return {
    name: `a.${name}`,
    signatures: [`(a: array(any A), fcn: fcn(${withIndex ? 'int, ' : ''}A)->array(any B)) -> array(B)`],
    build: (site) => (a: Items, fcn: Call) => {
      const out: Value[] = []
      for (const [i, item] of a.entries()) addAll(site, out, (withIndex ? fcn(i, item) : fcn(item)) as Items)
      return out
    },
  }
}

const LETTERS = ['A', 'B', 'C', 'D']

function zipmap(name: string, code: number, withIndex: boolean): LibraryFunction {
  const signature = (count: number): string => {
    const letters = LETTERS.slice(0, count)
    const arrays = letters.map((letter) => `${letter.toLowerCase()}: array(any ${letter})`)
    return `(${arrays.join(', ')}, fcn: fcn(${[...(withIndex ? ['int'] : []), ...letters].join(', ')})->any Z) -> array(Z)`
  }
  return {
    name: `a.${name}`,
    signatures: [2, 3, 4].map(signature),
    errors: { [code]: 'misaligned arrays' },
    build:
      (site) =>
      (...args: readonly [...arrays: Items[], fcn: Call]) => {
        const fcn = args.at(-1) as Call
        const arrays = args.slice(0, -1) as Items[]
        const first = arrays[0]!
        if (arrays.some((array) => array.length !== first.length)) return site.fail(code)
        return first.map((_item, i) => {
          const items = arrays.map((array) => array[i])
          return withIndex ? fcn(i, ...items) : fcn(...items)
        })
      },
  }
}

function corresponds(name: string, withIndex: boolean): LibraryFunction {
  return {
    name: `a.${name}`,
    signatures: [`(a: array(any A), b: array(any B), fcn: fcn(${withIndex ? 'int, ' : ''}A, B)->boolean) -> boolean`],
    build: plain((a: Items, b: Items, fcn: Predicate) => {
      return a.length === b.length && a.every((item, i) => (withIndex ? fcn(i, item, b[i]) : fcn(item, b[i])))
    }),
  }
}

function reduce(name: string, code: number, combine: (a: Items, fcn: Call) => Value): LibraryFunction {
  return {
    name: `a.${name}`,
    signatures: ['(a: array(any A), fcn: fcn(A, A)->A) -> A'],
    errors: { [code]: EMPTY },
    build:
      (site): Callable =>
      (a: Items, fcn: Call) =>
        a.length === 0 ? site.fail(code) : combine(a, fcn),
  }
}

const TEST = '(a: array(any A), fcn: fcn(A)->boolean) -> '

function firstFailing(a: Items, fcn: Predicate): number {
  const at = a.findIndex((item) => !fcn(item))
  return at < 0 ? a.length : at
}

/** PFA 0.8.1, Array library (`a.*`): functions applied to items. */
export const ARRAY_FUNCTIONS: readonly LibraryFunction[] = [
  ...pair('map', ['any B', 'array(B)'], (a, call) => a.map((item, i) => call(item, i))),
  ...pair('filter', ['boolean', 'array(A)'], (a, call) => a.filter((item, i) => call(item, i) as boolean)),
  ...pair('filterMap', ['(any B|null)', 'array(B)'], (a, call) => a.map((item, i) => call(item, i)).filter((item) => item !== null)),
  flatMap('flatMap', false),
  flatMap('flatMapWithIndex', true),
  zipmap('zipmap', 15650, false),
  zipmap('zipmapWithIndex', 15660, true),
  reduce('reduce', 15670, (a, fcn) => a.reduce((x, y) => fcn(x, y))),
  reduce('reduceRight', 15680, (a, fcn) => a.reduceRight((y, x) => fcn(x, y))),
  {
    name: 'a.fold',
    signatures: ['(a: array(any A), zero: any B, fcn: fcn(B, A)->B) -> B'],
    build: plain((a: Items, zero: Value, fcn: Call) => a.reduce((x, y) => fcn(x, y), zero)),
  },
  {
    name: 'a.foldRight',
    signatures: ['(a: array(any A), zero: any B, fcn: fcn(A, B)->B) -> B'],
    build: plain((a: Items, zero: Value, fcn: Call) => a.reduceRight((y, x) => fcn(x, y), zero)),
  },
  { name: 'a.takeWhile', signatures: [`${TEST}array(A)`], build: plain((a: Items, fcn: Predicate) => a.slice(0, firstFailing(a, fcn))) },
  { name: 'a.dropWhile', signatures: [`${TEST}array(A)`], build: plain((a: Items, fcn: Predicate) => a.slice(firstFailing(a, fcn))) },
  { name: 'a.any', signatures: [`${TEST}boolean`], build: plain((a: Items, fcn: Predicate) => a.some((item) => fcn(item))) },
  { name: 'a.all', signatures: [`${TEST}boolean`], build: plain((a: Items, fcn: Predicate) => a.every((item) => fcn(item))) },
  corresponds('corresponds', false),
  corresponds('correspondsWithIndex', true),
  {
    name: 'a.flatten',
    signatures: ['(a: array(array(any A))) -> array(A)'],
    build: (site) => (a: readonly Items[]) => {
      const out: Value[] = []
      for (const items of a) addAll(site, out, items)
      return out
    },
  },
  {
    name: 'a.groupby',
    signatures: ['(a: array(any A), fcn: fcn(A)->string) -> map(array(A))'],
    build: plain((a: Items, fcn: Call) => Map.groupBy(a, (item) => fcn(item) as string)),
  },
]
