import { arrayOf, BOOLEAN, DOUBLE, type RecordType } from '../types/type.ts'
import type { RecordValue } from '../values/value.ts'
import type { CallSite, LibraryFunction } from './library-function.ts'
import { hasField } from './record-fields.ts'

/** Refuses a smoothing parameter outside of 0 to 1. */
function checkShare(site: CallSite, share: number, code: number): void {
  if (share < 0 || share > 1) site.fail(code)
}

const numberAt = (record: RecordValue, field: string): number => record[field] as number

interface Shares {
  readonly alpha: number
  readonly beta: number
}

/** The level and trend after an observation whose seasonal part has been taken out. */
function smooth(x: number, { alpha, beta }: Shares, state: RecordValue): readonly [level: number, trend: number] {
  const before = numberAt(state, 'level')
  const trend = numberAt(state, 'trend')
  const level = alpha * x + (1 - alpha) * (before + trend)
  return [level, beta * (level - before) + (1 - beta) * trend]
}

function updatePeriodic(x: number, shares: Shares & { readonly gamma: number }, state: RecordValue): RecordValue {
  const old = state['cycle'] as number[]
  const rotated = [...old.slice(1), old[0]!]
  const season = rotated[0]!
  const multiplicative = state['multiplicative'] as boolean
  const level0 = numberAt(state, 'level') + numberAt(state, 'trend')
  const { alpha, beta, gamma } = shares
  // alpha * x / season, in this order of operations, is what the standard writes.
  const level = (multiplicative ? (alpha * x) / season : alpha * (x - season)) + (1 - alpha) * level0
  const out = state.$copy()
  out['level'] = level
  out['trend'] = beta * (level - numberAt(state, 'level')) + (1 - beta) * numberAt(state, 'trend')
  const next = (multiplicative ? (gamma * x) / level : gamma * (x - level)) + (1 - gamma) * season
  out['cycle'] = [next, ...rotated.slice(1)]
  return out
}

/** The forecast of a number of steps ahead; the state's record type says whether there is a cycle. */
function forecaster(site: CallSite, record: RecordType, emptyCycle: number): (steps: number, state: RecordValue) => number {
  const cyclic = hasField(site, record, { name: 'cycle', type: arrayOf(DOUBLE) })
  const multiplicative = hasField(site, record, { name: 'multiplicative', type: BOOLEAN })
  if (cyclic !== multiplicative) {
    site.refuse(`record ${record.name} has only one of the fields 'cycle' and 'multiplicative'; ${site.name} takes both or none`)
  }
  return (steps, state) => {
    const straight = numberAt(state, 'level') + steps * numberAt(state, 'trend')
    if (!cyclic) return straight
    const cycle = state['cycle'] as number[]
    if (cycle.length === 0) return site.fail(emptyCycle)
    const season = cycle[steps % cycle.length]!
    return state['multiplicative'] === true ? straight * season : straight + season
  }
}

/** PFA 0.8.1, Sample statistics library: exponential smoothing by Holt and Winters. */
export const STAT_FORECAST: readonly LibraryFunction[] = [
  {
    name: 'stat.sample.updateHoltWinters',
    signatures: ['(x: double, alpha: double, beta: double, state: record A{level: double, trend: double}) -> A'],
    errors: { 14040: 'alpha out of range', 14041: 'beta out of range' },
    build: (site) => (x: number, alpha: number, beta: number, state: RecordValue) => {
      checkShare(site, alpha, 14040)
      checkShare(site, beta, 14041)
      const out = state.$copy()
      const [level, trend] = smooth(x, { alpha, beta }, state)
      out['level'] = level
      out['trend'] = trend
      return out
    },
  },
  {
    name: 'stat.sample.updateHoltWintersPeriodic',
    signatures: [
      '(x: double, alpha: double, beta: double, gamma: double, state: record A{level: double, trend: double, cycle: array(double), multiplicative: boolean}) -> A',
    ],
    errors: { 14050: 'alpha out of range', 14051: 'beta out of range', 14052: 'gamma out of range', 14053: 'empty cycle' },
    build:
      (site) =>
      (x: number, ...[alpha, beta, gamma, state]: readonly [number, number, number, RecordValue]) => {
        checkShare(site, alpha, 14050)
        checkShare(site, beta, 14051)
        checkShare(site, gamma, 14052)
        if ((state['cycle'] as number[]).length === 0) return site.fail(14053)
        return updatePeriodic(x, { alpha, beta, gamma }, state)
      },
  },
  {
    name: 'stat.sample.forecast1HoltWinters',
    signatures: ['(state: record A{level: double, trend: double}) -> double'],
    errors: { 14060: 'empty cycle' },
    build(site) {
      const forecast = forecaster(site, site.params[0] as RecordType, 14060)
      return (state: RecordValue) => forecast(1, state)
    },
  },
  {
    name: 'stat.sample.forecastHoltWinters',
    signatures: ['(n: int, state: record A{level: double, trend: double}) -> array(double)'],
    errors: { 14070: 'empty cycle' },
    build(site) {
      const forecast = forecaster(site, site.params[1] as RecordType, 14070)
      return (n: number, state: RecordValue) => {
        forecast(1, state)
        site.engine.checkSize(n)
        return Array.from({ length: Math.max(0, n) }, (_step, i) => forecast(i + 1, state))
      }
    },
  },
]
