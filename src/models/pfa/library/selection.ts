import type { Value } from '../values/value.ts'

export type LessThan<T = Value> = (x: T, y: T) => boolean

/** Avro's order as a strict one. */
export function lessBy<T>(compare: (x: T, y: T) => number): LessThan<T> {
  return (x, y) => compare(x, y) < 0
}

/** The other way round. */
export function greater<T>(less: LessThan<T>): LessThan<T> {
  return (x, y) => less(y, x)
}

/** An order for `toSorted` from "less than". */
export function orderOf<T>(less: LessThan<T>): (x: T, y: T) => number {
  return (x, y) => (less(x, y) ? -1 : less(y, x) ? 1 : 0)
}

/** The n items that are least, in order; of equal ones the earlier ones first. Each item costs about log2(n) comparisons. */
export function leastN<T>(items: Iterable<T>, n: number, less: LessThan<T>): T[] {
  const out: T[] = []
  if (n <= 0) return out
  for (const item of items) {
    if (out.length === n && !less(item, out[n - 1]!)) continue
    let low = 0
    let high = out.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (less(item, out[middle]!)) high = middle
      else low = middle + 1
    }
    out.splice(low, 0, item)
    if (out.length > n) out.pop()
  }
  return out
}

/** The places of the n least items, in their order. */
export function leastPlaces<T>(items: readonly T[], n: number, less: LessThan<T>): number[] {
  return leastN(items.keys(), n, (i, j) => less(items[i]!, items[j]!))
}
