import type { ArrayType } from '../types/type.ts'
import type { RecordValue, Value } from '../values/value.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { defaultMetric, type Metric, numberLess } from './numeric/distances.ts'
import { shuffled } from './random.ts'
import { leastPlaces } from './selection.ts'

function closest(datum: Value, clusters: readonly RecordValue[], metric: Metric): RecordValue {
  let best = clusters[0]!
  let least = metric(datum, best['center'])
  for (let i = 1; i < clusters.length; i++) {
    const distance = metric(datum, clusters[i]!['center'])
    if (distance < least) {
      best = clusters[i]!
      least = distance
    }
  }
  return best
}

function kmeansIteration(site: CallSite): Callable {
  return (
    data: Value[],
    clusters: RecordValue[],
    ...[metric, update]: readonly [Metric, (data: Value[], cluster: RecordValue) => RecordValue]
  ) => {
    if (data.length === 0) return site.fail(29030)
    if (clusters.length === 0) return site.fail(29031)
    const matched = new Map<RecordValue, Value[]>()
    for (const datum of data) {
      site.engine.checkTime()
      const best = closest(datum, clusters, metric)
      const members = matched.get(best)
      if (members === undefined) matched.set(best, [datum])
      else members.push(datum)
    }
    return clusters.map((cluster) => (matched.has(cluster) ? update(matched.get(cluster)!, cluster) : cluster))
  }
}

function updateMean(site: CallSite): Callable {
  return (data: number[][], cluster: RecordValue, weight: number) => {
    const center = cluster['center'] as number[]
    if (data.length === 0) return site.fail(29040)
    const dimension = data[0]!.length
    if (center.length !== dimension || data.some((vector) => vector.length !== dimension)) return site.fail(29041)
    const sums = Array.from({ length: dimension }, () => 0)
    for (const vector of data) for (let i = 0; i < dimension; i++) sums[i]! += vector[i]!
    const out = cluster.$copy()
    out['center'] = sums.map((sum, i) => (sum + weight * center[i]!) / (data.length + weight))
    return out
  }
}

function randomSeeds(site: CallSite): Callable {
  const equal = site.equality((site.params[0] as ArrayType).items)
  return (data: Value[][], k: number, newCluster: (i: number, center: Value[]) => RecordValue) => {
    if (k <= 0) return site.fail(29020)
    const uniques: Value[][] = []
    for (const datum of data) {
      site.engine.checkTime()
      if (!uniques.some((other) => equal(other, datum))) uniques.push(datum)
    }
    if (uniques.length < k) return site.fail(29021)
    if (uniques.some((vector) => vector.length !== uniques[0]!.length)) return site.fail(29022)
    return shuffled(site, uniques, k).map((center, i) => newCluster(i, center as Value[]))
  }
}

const DATUM = 'datum: array(double), clusters: array(record C{center: array(double)})'
const ANY_DATUM = 'datum: any A, clusters: array(record C{center: any B}), metric: fcn(A, B)->double'

/** PFA 0.8.1, Clustering library (`model.cluster.*`). */
export const MODEL_CLUSTER: readonly LibraryFunction[] = [
  {
    name: 'model.cluster.closest',
    signatures: [`(${DATUM}) -> C`, `(${ANY_DATUM}) -> C`],
    errors: { 29000: 'no clusters' },
    build:
      (site) =>
      (datum: Value, clusters: RecordValue[], metric = defaultMetric) =>
        clusters.length === 0 ? site.fail(29000) : closest(datum, clusters, metric),
  },
  {
    name: 'model.cluster.closestN',
    signatures: [`(n: int, ${DATUM}) -> array(C)`, `(n: int, ${ANY_DATUM}) -> array(C)`],
    errors: { 29010: 'n must be nonnegative' },
    build:
      (site) =>
      (n: number, datum: Value, ...[clusters, metric = defaultMetric]: readonly [clusters: RecordValue[], metric?: Metric]) => {
        if (n < 0) return site.fail(29010)
        const distances = clusters.map((cluster) => metric(datum, cluster['center']))
        return leastPlaces(distances, n, numberLess).map((i) => clusters[i])
      },
  },
  {
    name: 'model.cluster.randomSeeds',
    signatures: ['(data: array(array(any A)), k: int, newCluster: fcn(int, array(A))->record C{center: array(any B)}) -> array(C)'],
    errors: {
      29020: 'k must be greater than zero',
      29021: 'not enough unique points',
      29022: 'dimensions of vectors do not match',
    },
    build: randomSeeds,
  },
  {
    name: 'model.cluster.kmeansIteration',
    signatures: [
      '(data: array(array(any A)), clusters: array(record C{center: array(any B)}), metric: fcn(array(A), array(B))->double, update: fcn(array(array(A)), C)->C) -> array(C)',
    ],
    errors: { 29030: 'no data', 29031: 'no clusters' },
    build: kmeansIteration,
  },
  {
    name: 'model.cluster.updateMean',
    signatures: ['(data: array(array(double)), cluster: record C{center: array(double)}, weight: double) -> C'],
    errors: { 29040: 'no data', 29041: 'dimensions of vectors do not match' },
    build: updateMean,
  },
]
