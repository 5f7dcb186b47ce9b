import type { RecordValue, Value } from '../values/value.ts'
import { type LibraryFunction, plain } from './library-function.ts'

type LessThan = (x: Value, y: Value) => boolean

/** The best n of a list, best first, and one more item. */
function topN(x: Value, top: readonly Value[], ...[n, lessThan]: readonly [number, LessThan]): Value[] {
  if (n <= 0) return []
  const worse = top.findIndex((best) => lessThan(best, x))
  const at = worse < 0 ? top.length : worse
  return [...top.slice(0, at), x, ...top.slice(at)].slice(0, n)
}

/** PFA 0.8.1, Sample statistics library: counters and best-of lists. */
export const STAT_COUNTS: readonly LibraryFunction[] = [
  {
    name: 'stat.sample.fillCounter',
    signatures: ['(x: string, w: double, counter: record A{values: map(double)}) -> A'],
    build: plain((x: string, w: number, counter: RecordValue) => {
      const out = counter.$copy()
      const values = new Map(counter['values'] as Map<string, number>)
      out['values'] = values.set(x, (values.get(x) ?? 0) + w)
      return out
    }),
  },
  {
    name: 'stat.sample.topN',
    signatures: ['(x: any A, top: array(A), n: int, lessThan: fcn(A, A)->boolean) -> array(A)'],
    build: plain(topN),
  },
]
