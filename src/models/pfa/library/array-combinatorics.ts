import type { Value } from '../values/value.ts'
import type { CallSite, LibraryFunction } from './library-function.ts'
import { choose } from './numeric/combinations.ts'

type Items = readonly Value[]

/** Every way to choose items by their places, which rise, in lexical order. */
function combinations(site: CallSite, a: Items, size: number): Value[][] {
  if (size > a.length) return []
  site.engine.checkSize(choose(a.length, size) * size)
  const out: Value[][] = []
  const places = Array.from({ length: size }, (_place, i) => i)
  for (;;) {
    site.engine.checkTime()
    out.push(places.map((place) => a[place]))
    let last = size - 1
    while (last >= 0 && places[last] === a.length - size + last) last--
    if (last < 0) return out
    const next = places[last]! + 1
    for (let i = last; i < size; i++) places[i] = next + i - last
  }
}

/** Every order of the items, by their places, in lexical order. */
function permutations(site: CallSite, a: Items): Value[][] {
  let count = a.length
  for (let i = 2; i <= a.length; i++) count *= i
  site.engine.checkSize(count)
  const out: Value[][] = []
  const places = [...a.keys()]
  for (;;) {
    site.engine.checkTime()
    out.push(places.map((place) => a[place]))
    let from = places.length - 2
    while (from >= 0 && places[from]! > places[from + 1]!) from--
    if (from < 0) return out
    let to = places.length - 1
    while (places[to]! < places[from]!) to--
    const place = places[from]!
    places[from] = places[to]!
    places[to] = place
    places.splice(from + 1, places.length, ...places.slice(from + 1).toReversed())
  }
}

/** PFA 0.8.1, Array library (`a.*`): windows, combinations and permutations. */
export const ARRAY_COMBINATORICS: readonly LibraryFunction[] = [
  {
    name: 'a.slidingWindow',
    signatures: ['(a: array(any A), size: int, step: int) -> array(array(A))'],
    errors: { 15770: 'size < 1', 15771: 'step < 1' },
    build: (site) => (a: Items, size: number, step: number) => {
      if (size < 1) return site.fail(15770)
      if (step < 1) return site.fail(15771)
      const out: Items[] = []
      site.engine.checkSize(Math.max(0, Math.floor((a.length - size) / step) + 1) * size)
      for (let from = 0; from + size <= a.length; from += step) {
        site.engine.checkTime()
        out.push(a.slice(from, from + size))
      }
      return out
    },
  },
  {
    name: 'a.combinations',
    signatures: ['(a: array(any A), size: int) -> array(array(A))'],
    errors: { 15780: 'size < 1' },
    build: (site) => (a: Items, size: number) => (size < 1 ? site.fail(15780) : combinations(site, a, size)),
  },
  {
    name: 'a.permutations',
    signatures: ['(a: array(any A)) -> array(array(A))'],
    build: (site) => (a: Items) => permutations(site, a),
  },
]
