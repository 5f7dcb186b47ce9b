import type { RecordValue } from '../values/value.ts'
import { type LibraryFunction, plain } from './library-function.ts'

function updateTrigger(predicate: boolean, history: RecordValue): RecordValue {
  const out = history.$copy()
  const current = history['currentRun'] as number
  if (!predicate) {
    out['currentRun'] = 0
    return out
  }
  out['numEvents'] = ((history['numEvents'] as number) + 1) | 0
  if (current === 0) out['numRuns'] = ((history['numRuns'] as number) + 1) | 0
  out['currentRun'] = (current + 1) | 0
  out['longestRun'] = Math.max(history['longestRun'] as number, current + 1) | 0
  return out
}

const COUNTERS = ['numEvents', 'numRuns', 'currentRun', 'longestRun']

function zValue(x: number, meanVariance: RecordValue): number {
  return (x - (meanVariance['mean'] as number)) / Math.sqrt(meanVariance['variance'] as number)
}

/** PFA 0.8.1, Change detection library (`stat.change.*`). */
export const STAT_CHANGE: readonly LibraryFunction[] = [
  {
    name: 'stat.change.updateTrigger',
    signatures: ['(predicate: boolean, history: record A{numEvents: int, numRuns: int, currentRun: int, longestRun: int}) -> A'],
    errors: { 37000: 'counter out of range' },
    build: (site) => (predicate: boolean, history: RecordValue) => {
      for (const counter of COUNTERS) if ((history[counter] as number) < 0) return site.fail(37000)
      return updateTrigger(predicate, history)
    },
  },
  {
    name: 'stat.change.zValue',
    signatures: [
      '(x: double, meanVariance: record A{mean: double, variance: double}) -> double',
      '(x: double, meanVariance: record A{count: double, mean: double, variance: double}, unbiased: boolean) -> double',
    ],
    build: plain((x: number, meanVariance: RecordValue, unbiased?: boolean) => {
      const z = zValue(x, meanVariance)
      const count = meanVariance['count'] as number
      return unbiased === true ? z * Math.sqrt(count / (count - 1)) : z
    }),
  },
  {
    name: 'stat.change.updateCUSUM',
    signatures: ['(logLikelihoodRatio: double, last: double, reset: double) -> double'],
    build: plain((logLikelihoodRatio: number, last: number, reset: number) => {
      const sum = logLikelihoodRatio + last
      return sum > reset ? sum : reset
    }),
  },
]
