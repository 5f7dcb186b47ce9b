import type { Value } from '../values/value.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { defaultMetric, type Metric, numberLess } from './numeric/distances.ts'
import { leastPlaces } from './selection.ts'

function neighborMean(site: CallSite): Callable {
  return (points: number[][], weight?: (point: number[]) => number) => {
    if (points.length === 0) return site.fail(30000)
    const dimension = points[0]!.length
    const sums = Array.from({ length: dimension }, () => 0)
    let total = 0
    for (const point of points) {
      if (point.length !== dimension) return site.fail(30001)
      const w = weight === undefined ? 1 : weight(point)
      for (let i = 0; i < dimension; i++) sums[i]! += w * point[i]!
      total += w
    }
    return sums.map((sum) => sum / total)
  }
}

function nearestK(site: CallSite): Callable {
  return (k: number, datum: Value, ...[codebook, metric]: readonly [codebook: Value[], metric?: Metric]) => {
    if (k < 0) return site.fail(30010)
    if (metric === undefined && codebook.some((x) => (x as number[]).length !== (datum as number[]).length)) return site.fail(30011)
    const distances = codebook.map((x) => (metric ?? defaultMetric)(datum, x))
    return leastPlaces(distances, k, numberLess).map((i) => codebook[i])
  }
}

const CODEBOOK = 'datum: array(double), codebook: array(array(double))'
const ANY_CODEBOOK = 'datum: any A, codebook: array(any B), metric: fcn(A, B)->double'

/** PFA 0.8.1, Nearest neighbor library (`model.neighbor.*`). */
export const MODEL_NEIGHBOR: readonly LibraryFunction[] = [
  {
    name: 'model.neighbor.mean',
    signatures: [
      '(points: array(array(double))) -> array(double)',
      '(points: array(array(double)), weight: fcn(array(double))->double) -> array(double)',
    ],
    errors: { 30000: 'not enough points', 30001: 'inconsistent dimensionality' },
    build: neighborMean,
  },
  {
    name: 'model.neighbor.nearestK',
    signatures: [`(k: int, ${CODEBOOK}) -> array(array(double))`, `(k: int, ${ANY_CODEBOOK}) -> array(B)`],
    errors: { 30010: 'k must be nonnegative', 30011: 'inconsistent dimensionality' },
    build: nearestK,
  },
  {
    name: 'model.neighbor.ballR',
    signatures: [`(r: double, ${CODEBOOK}) -> array(array(double))`, `(r: double, ${ANY_CODEBOOK}) -> array(B)`],
    build:
      () =>
      (r: number, datum: Value, ...[codebook, metric]: readonly [codebook: Value[], metric?: Metric]) => {
        const distance = metric ?? ((x: Value, y: Value) => Math.sqrt(defaultMetric(x, y)))
        return codebook.filter((x) => distance(datum, x) < r)
      },
  },
]
