import type { RecordValue } from '../values/value.ts'
import type { CallSite, LibraryFunction } from './library-function.ts'
import { cell, columnKeys, type KeyedMatrix, type KeyedVector, rowKeys, unique } from './numeric/keyed-matrix.ts'
import type { Matrix } from './numeric/matrix.ts'

function ofArrays(site: CallSite, x: readonly number[], w: number, state: RecordValue): RecordValue {
  const size = x.length
  const mean = state['mean'] as number[]
  const covariance = state['covariance'] as Matrix
  if (size < 2) return site.fail(14011)
  if (size !== mean.length || size !== covariance.length || covariance.some((row) => row.length !== size)) return site.fail(14012)
  const before = state['count'] as number
  const count = before + w
  const delta = x.map((value, i) => value - mean[i]!)
  const out = state.$copy()
  out['count'] = count
  out['mean'] = mean.map((value, i) => value + (delta[i]! * w) / count)
  out['covariance'] = covariance.map((row, i) =>
    row.map((value, j) => (value * before + (delta[i]! * delta[j]! * w * before) / count) / count),
  )
  return out
}

/** Each pair of keys has a count of its own; pairs that aren't both in x stay as they are. */
function ofMaps(site: CallSite, x: KeyedVector, w: number, state: RecordValue): RecordValue {
  if (x.size < 2) return site.fail(14011)
  const counts = state['count'] as KeyedMatrix
  const means = state['mean'] as KeyedVector
  const covariances = state['covariance'] as KeyedMatrix
  const keys = unique([...x.keys(), ...rowKeys(counts, covariances), ...columnKeys(counts, covariances)])
  const matrix = (value: (i: string, j: string) => number): Map<string, Map<string, number>> => {
    return new Map(keys.map((i) => [i, new Map(keys.map((j) => [j, value(i, j)]))]))
  }
  const isIn = (i: string, j: string): boolean => x.has(i) && x.has(j)
  const mean = (i: string): number => means.get(i) ?? 0
  const newCounts = matrix((i, j) => cell(counts, i, j) + (isIn(i, j) ? w : 0))
  const out = state.$copy()
  out['count'] = newCounts
  out['mean'] = new Map(keys.map((i) => [i, x.has(i) ? mean(i) + ((x.get(i)! - mean(i)) * w) / cell(newCounts, i, i) : mean(i)]))
  out['covariance'] = matrix((i, j) => {
    const old = cell(covariances, i, j)
    if (!isIn(i, j)) return old
    const before = cell(counts, i, j)
    const count = cell(newCounts, i, j)
    return (old * before + ((x.get(i)! - mean(i)) * (x.get(j)! - mean(j)) * w * before) / count) / count
  })
  return out
}

/** PFA 0.8.1, Sample statistics library: covariances. */
export const STAT_COVARIANCE: readonly LibraryFunction[] = [
  {
    name: 'stat.sample.updateCovariance',
    signatures: [
      '(x: array(double), w: double, state: record A{count: double, mean: array(double), covariance: array(array(double))}) -> A',
      '(x: map(double), w: double, state: record A{count: map(map(double)), mean: map(double), covariance: map(map(double))}) -> A',
    ],
    errors: { 14011: 'too few components', 14012: 'unequal length arrays' },
    build(site) {
      if (site.signature === 0) return (x: number[], w: number, state: RecordValue) => ofArrays(site, x, w, state)
      return (x: KeyedVector, w: number, state: RecordValue) => ofMaps(site, x, w, state)
    },
  },
]
