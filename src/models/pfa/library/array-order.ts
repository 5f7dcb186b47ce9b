import type { ArrayType } from '../types/type.ts'
import type { Value } from '../values/value.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { greater, leastN, leastPlaces, lessBy, type LessThan, orderOf } from './selection.ts'

type Items = readonly Value[]

const EMPTY = 'empty array'
const NEGATIVE = 'n < 0'

/** How the two ends of an order, items or their places, and one or several are asked for. */
interface Extreme {
  readonly name: string
  readonly code: number
  readonly largest: boolean
  readonly places: boolean
  readonly several: boolean
  /** Whether the document gives the order. */
  readonly byFunction: boolean
}

/** All sixteen: max, min, maxLT … argminNLT, in the order of their codes. */
function extremes(): Extreme[] {
  const out: Extreme[] = []
  for (const places of [false, true]) {
    for (const several of [false, true]) {
      for (const byFunction of [false, true]) {
        for (const largest of [true, false]) {
          const name = `${places ? 'arg' : ''}${largest ? 'max' : 'min'}${several ? 'N' : ''}${byFunction ? 'LT' : ''}`
          out.push({ name, code: 15240 + 10 * out.length, largest, places, several, byFunction })
        }
      }
    }
  }
  return out
}

function extreme({ name, code, largest, places, several, byFunction }: Extreme): LibraryFunction {
  const one = places ? 'int' : 'A'
  const params = ['a: array(any A)', ...(several ? ['n: int'] : []), ...(byFunction ? ['lessThan: fcn(A, A)->boolean'] : [])]
  const select = (a: Items, n: number, less: LessThan): Value[] => {
    const order = largest ? greater(less) : less
    return places ? leastPlaces(a, n, order) : leastN(a, n, order)
  }
  return {
    name: `a.${name}`,
    signatures: [`(${params.join(', ')}) -> ${several ? `array(${one})` : one}`],
    errors: several ? { [code]: EMPTY, [code + 1]: NEGATIVE } : { [code]: EMPTY },
    build(site): Callable {
      const natural = naturalOrder(site)
      if (!several) {
        return (a: Items, less: LessThan = natural) => (a.length === 0 ? site.fail(code) : select(a, 1, less)[0])
      }
      return (a: Items, n: number, less: LessThan = natural) => {
        if (a.length === 0) return site.fail(code)
        return n < 0 ? site.fail(code + 1) : select(a, n, less)
      }
    },
  }
}

function naturalOrder(site: CallSite): LessThan {
  return lessBy(site.comparator((site.params[0] as ArrayType).items))
}

function isReal(site: CallSite): boolean {
  return site.result.kind === 'float' || site.result.kind === 'double'
}

/** The middle of sorted items: the mean of the two middle ones where they are real numbers, else the lower one. */
function middle(sorted: Items, mean: ((x: number, y: number) => number) | undefined): Value {
  const half = Math.floor(sorted.length / 2)
  if (sorted.length % 2 === 1) return sorted[half]
  return mean === undefined ? sorted[half - 1] : mean(sorted[half - 1] as number, sorted[half] as number)
}

function meanOf(site: CallSite): ((x: number, y: number) => number) | undefined {
  if (!isReal(site)) return undefined
  return site.result.kind === 'float' ? (x, y) => Math.fround((x + y) / 2) : (x, y) => (x + y) / 2
}

function ntile(site: CallSite): Callable {
  const compare = site.comparator((site.params[0] as ArrayType).items)
  const real = isReal(site)
  const round = site.result.kind === 'float' ? Math.fround : (x: number) => x
  return (a: Items, p: number) => {
    if (a.length === 0) return site.fail(15460)
    if (Number.isNaN(p)) return site.fail(15461)
    const sorted = a.toSorted(compare)
    const k = (sorted.length - 1) * Math.max(0, Math.min(1, p))
    const below = Math.floor(k)
    if (!real || below === k) return sorted[below]
    const above = Math.ceil(k)
    return round((sorted[below] as number) * (above - k) + (sorted[above] as number) * (k - below))
  }
}

/** The median of the items that are there most often. */
function mode(site: CallSite): Callable {
  const compare = site.comparator((site.params[0] as ArrayType).items)
  const mean = meanOf(site)
  return (a: Items) => {
    if (a.length === 0) return site.fail(15470)
    const sorted = a.toSorted(compare)
    let most = 0
    let best: Value[] = []
    for (let from = 0; from < sorted.length;) {
      let to = from + 1
      while (to < sorted.length && compare(sorted[from], sorted[to]) === 0) to++
      if (to - from > most) best = []
      if (to - from >= most) best.push(sorted[from])
      most = Math.max(most, to - from)
      from = to
    }
    return middle(best, mean)
  }
}

/** PFA 0.8.1, Array library (`a.*`): order, extremes and ranks. */
export const ARRAY_ORDER: readonly LibraryFunction[] = [
  {
    name: 'a.sort',
    signatures: ['(a: array(any A)) -> array(A)'],
    build(site): Callable {
      const compare = site.comparator((site.params[0] as ArrayType).items)
      return (a: Items) => a.toSorted(compare)
    },
  },
  {
    name: 'a.sortLT',
    signatures: ['(a: array(any A), lessThan: fcn(A, A)->boolean) -> array(A)'],
    build: () => (a: Items, lessThan: LessThan) => a.toSorted(orderOf(lessThan)),
  },
  ...extremes().map(extreme),
  {
    name: 'a.median',
    signatures: ['(a: array(any A)) -> A'],
    errors: { 15450: EMPTY },
    build(site): Callable {
      const compare = site.comparator((site.params[0] as ArrayType).items)
      const mean = meanOf(site)
      return (a: Items) => (a.length === 0 ? site.fail(15450) : middle(a.toSorted(compare), mean))
    },
  },
  {
    name: 'a.ntile',
    signatures: ['(a: array(any A), p: double) -> A'],
    errors: { 15460: EMPTY, 15461: 'p not a number' },
    build: ntile,
  },
  { name: 'a.mode', signatures: ['(a: array(any A)) -> A'], errors: { 15470: EMPTY }, build: mode },
]
