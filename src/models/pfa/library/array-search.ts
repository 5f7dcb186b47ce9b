import type { ArrayType } from '../types/type.ts'
import type { Value } from '../values/value.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { bagsOf, itemEquality } from './membership.ts'

type Items = readonly Value[]

/** Whether what is looked for is at this place of the array. */
type Finder = (haystack: Items, at: number) => boolean

interface Search {
  /** From how many places on there is too little left for what is looked for. */
  readonly length: number
  readonly isAt: Finder
}

/** What each of the signatures looks for: a part of the array, an item, or an item that a function accepts. */
function searcher(site: CallSite): (needle: Value) => Search {
  const equal = itemEquality(site, (site.params[0] as ArrayType).items)
  if (site.signature === 2) {
    return (needle) => ({ length: 1, isAt: (haystack, at) => (needle as (item: Value) => boolean)(haystack[at]) })
  }
  if (site.signature === 1) return (needle) => ({ length: 1, isAt: (haystack, at) => equal(haystack[at], needle) })
  return (needle) => {
    const part = needle as Items
    return { length: part.length, isAt: (haystack, at) => part.every((item, i) => equal(haystack[at + i], item)) }
  }
}

function indexIn(haystack: Items, { length, isAt }: Search): number {
  for (let at = 0; at <= haystack.length - length; at++) if (isAt(haystack, at)) return at
  return -1
}

function lastIndexIn(haystack: Items, { length, isAt }: Search): number {
  for (let at = haystack.length - length; at >= 0; at--) if (isAt(haystack, at)) return at
  return -1
}

function countIn(haystack: Items, { length, isAt }: Search): number {
  if (length === 0) return 0
  let count = 0
  for (let at = 0; at <= haystack.length - length; at++) if (isAt(haystack, at)) count++
  return count
}

const NEEDLES = ['array(A)', 'A', 'fcn(A)->boolean']

function search(
  name: string,
  result: string,
  [needles, answer]: readonly [number, (haystack: Items, search: Search) => Value],
): LibraryFunction {
  return {
    name: `a.${name}`,
    signatures: NEEDLES.slice(0, needles).map((needle) => `(haystack: array(any A), needle: ${needle}) -> ${result}`),
    build(site): Callable {
      const find = searcher(site)
      return (haystack: Items, needle: Value) => answer(haystack, find(needle))
    },
  }
}

type SetOperation = (a: Items, b: Items, bag: ReturnType<typeof bagsOf>) => Value

function distinct(items: Items, bag: ReturnType<typeof bagsOf>): Value[] {
  const seen = bag()
  return items.filter((item) => {
    if (seen.has(item)) return false
    seen.add(item)
    return true
  })
}

function without(a: Items, b: Items, bag: ReturnType<typeof bagsOf>): Value[] {
  const other = bag(b)
  return a.filter((item) => !other.has(item))
}

function within(a: Items, b: Items, bag: ReturnType<typeof bagsOf>): Value[] {
  const other = bag(b)
  return a.filter((item) => other.has(item))
}

function isSubset(a: Items, b: Items, bag: ReturnType<typeof bagsOf>): boolean {
  const other = bag(b)
  return a.every((item) => other.has(item))
}

function setOperation(name: string, signature: string, call: SetOperation): LibraryFunction {
  return {
    name: `a.${name}`,
    signatures: [signature],
    build(site): Callable {
      const bag = bagsOf(site, (site.params[0] as ArrayType).items)
      return (a: Items, b: Items) => call(a, b, bag)
    },
  }
}

const PAIR = '(a: array(any A), b: array(A)) -> '

/** PFA 0.8.1, Array library (`a.*`): searching, and arrays as sets. */
export const ARRAY_SEARCH: readonly LibraryFunction[] = [
  search('contains', 'boolean', [3, (haystack, wanted) => indexIn(haystack, wanted) >= 0]),
  search('count', 'int', [3, countIn]),
  search('index', 'int', [3, indexIn]),
  search('rindex', 'int', [3, lastIndexIn]),
  search('startswith', 'boolean', [2, (haystack, { length, isAt }) => haystack.length >= length && isAt(haystack, 0)]),
  search('endswith', 'boolean', [2, (haystack, { length, isAt }) => haystack.length >= length && isAt(haystack, haystack.length - length)]),
  setOperation('distinct', '(a: array(any A)) -> array(A)', (a, _b, bag) => distinct(a, bag)),
  setOperation('seteq', `${PAIR}boolean`, (a, b, bag) => isSubset(a, b, bag) && isSubset(b, a, bag)),
  setOperation('union', `${PAIR}array(A)`, (a, b, bag) => distinct(a.concat(b), bag)),
  // The items of both arrays, as both reference engines have it: each common item is there at least twice.
  setOperation('intersection', `${PAIR}array(A)`, (a, b, bag) => within(a, b, bag).concat(within(b, a, bag))),
  setOperation('diff', `${PAIR}array(A)`, without),
  setOperation('symdiff', `${PAIR}array(A)`, (a, b, bag) => without(a, b, bag).concat(without(b, a, bag))),
  setOperation('subset', '(little: array(any A), big: array(A)) -> boolean', isSubset),
  setOperation('disjoint', `${PAIR}boolean`, (a, b, bag) => {
    const other = bag(b)
    return !a.some((item) => other.has(item))
  }),
]
