import type { Value } from '../values/value.ts'
import { type CallSite, type Callable, type LibraryFunction, plain } from './library-function.ts'
import { power } from './numeric/power.ts'

const DIMENSIONS = 'dimensions of vectors do not match'

type Similarity = (x: Value, y: Value) => number

/** How the similarities of the components become a distance. */
interface Tally {
  readonly add: (sum: number, z: number) => number
  readonly finish: (sum: number) => number
}

/** A distance of vectors with missing components: what is there counts for what isn't, by weight. */
function withMissing(
  site: CallSite,
  code: number,
  { add, finish }: Tally,
): (similarity: Similarity, x: Value[], y: Value[], weights?: number[]) => number {
  return (similarity, x, y, weights) => {
    if (y.length !== x.length || (weights !== undefined && weights.length !== x.length)) return site.fail(code)
    let sum = 0
    let all = 0
    let present = 0
    for (let i = 0; i < x.length; i++) {
      const weight = weights === undefined ? 1 : weights[i]!
      all += weight
      if (x[i] === null || y[i] === null) continue
      sum = add(sum, similarity(x[i], y[i]))
      present += weight
    }
    return finish(present === 0 ? Number.NaN : (sum * all) / present)
  }
}

const DOUBLES = 'similarity: fcn(double, double)->double, x: array((null|double)), y: array((null|double))'
const ANYTHING = 'similarity: fcn(any A, any B)->double, x: array((null|A)), y: array((null|B))'

function distance(name: string, code: number, [params, tally]: readonly [params: string, tally: Tally]): LibraryFunction {
  return {
    name: `metric.${name}`,
    signatures: [`(${params}) -> double`, `(${params}, missingWeight: array(double)) -> double`],
    errors: { [code]: DIMENSIONS },
    build: (site): Callable => withMissing(site, code, tally),
  }
}

const largest = (sum: number, z: number): number => (z > sum ? z : sum)
const asIs = (sum: number): number => sum

function minkowski(site: CallSite): Callable {
  return (similarity: Similarity, x: Value[], y: Value[], p: number, weights?: number[]) => {
    if (y.length !== x.length || (weights !== undefined && weights.length !== x.length)) return site.fail(28070)
    if (!(p > 0)) return site.fail(28071)
    if (p === Infinity) return withMissing(site, 28070, { add: largest, finish: asIs })(similarity, x, y, weights)
    const tally = { add: (sum: number, z: number) => sum + power(z, p), finish: (sum: number) => power(sum, 1 / p) }
    return withMissing(site, 28070, tally)(similarity, x, y, weights)
  }
}

/** How often two vectors have no and no, no and yes, yes and no, yes and yes. */
type Counts = readonly [a00: number, a01: number, a10: number, a11: number]

function countPairs(x: readonly boolean[], y: readonly boolean[]): Counts {
  const counts: [number, number, number, number] = [0, 0, 0, 0]
  for (let i = 0; i < x.length; i++) counts[(x[i]! ? 2 : 0) + (y[i]! ? 1 : 0)]! += 1
  return counts
}

function binary(name: string, code: number, ratio: (counts: Counts) => number): LibraryFunction {
  return {
    name: `metric.${name}`,
    signatures: ['(x: array(boolean), y: array(boolean)) -> double'],
    errors: { [code]: DIMENSIONS },
    build: (site) => (x: boolean[], y: boolean[]) => (x.length === y.length ? ratio(countPairs(x, y)) : site.fail(code)),
  }
}

function weigh(counts: Counts, weights: readonly number[]): number {
  return counts[3] * weights[3]! + counts[2] * weights[2]! + counts[1] * weights[1]! + counts[0] * weights[0]!
}

/** PFA 0.8.1, Metric library (`metric.*`): distances and similarities for clusters and neighbours. */
export const METRIC: readonly LibraryFunction[] = [
  {
    name: 'metric.simpleEuclidean',
    signatures: ['(x: array(double), y: array(double)) -> double'],
    errors: { 28000: DIMENSIONS },
    build: (site) => (x: number[], y: number[]) => {
      if (x.length !== y.length) return site.fail(28000)
      let sum = 0
      for (let i = 0; i < x.length; i++) sum += (x[i]! - y[i]!) * (x[i]! - y[i]!)
      return Math.sqrt(sum)
    },
  },
  {
    name: 'metric.absDiff',
    signatures: ['(x: double, y: double) -> double'],
    build: plain((x: number, y: number) => Math.abs(x - y)),
  },
  {
    name: 'metric.gaussianSimilarity',
    signatures: ['(x: double, y: double, sigma: double) -> double'],
    build: plain((x: number, y: number, sigma: number) => Math.exp((-Math.LN2 * (x - y) ** 2) / sigma ** 2)),
  },
  distance('euclidean', 28030, [ANYTHING, { add: (sum, z) => sum + z * z, finish: Math.sqrt }]),
  distance('squaredEuclidean', 28040, [DOUBLES, { add: (sum, z) => sum + z * z, finish: asIs }]),
  distance('chebyshev', 28050, [DOUBLES, { add: largest, finish: asIs }]),
  distance('taxicab', 28060, [DOUBLES, { add: (sum, z) => sum + z, finish: asIs }]),
  {
    name: 'metric.minkowski',
    signatures: [`(${DOUBLES}, p: double) -> double`, `(${DOUBLES}, p: double, missingWeight: array(double)) -> double`],
    errors: { 28070: DIMENSIONS, 28071: 'Minkowski parameter p must be positive' },
    build: minkowski,
  },
  binary('simpleMatching', 28080, ([a00, a01, a10, a11]) => (a11 + a00) / (a11 + a10 + a01 + a00)),
  binary('jaccard', 28090, ([, a01, a10, a11]) => a11 / (a11 + a10 + a01)),
  binary('tanimoto', 28100, ([a00, a01, a10, a11]) => (a11 + a00) / (a11 + 2 * (a10 + a01) + a00)),
  {
    name: 'metric.binarySimilarity',
    signatures: [
      '(x: array(boolean), y: array(boolean), c00: double, c01: double, c10: double, c11: double, d00: double, d01: double, d10: double, d11: double) -> double',
    ],
    errors: { 28110: DIMENSIONS },
    build:
      (site) =>
      (x: boolean[], y: boolean[], ...weights: number[]) => {
        if (x.length !== y.length) return site.fail(28110)
        const counts = countPairs(x, y)
        return weigh(counts, weights) / weigh(counts, weights.slice(4))
      },
  },
]
