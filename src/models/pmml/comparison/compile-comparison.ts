import { SluiceError } from '../../../core/errors.ts'
import { exp } from '../functions/exponential.ts'
import type { Round } from '../regression/link.ts'
import { BINARY_METRICS, type Compared, type ComparisonMeasure, type CompareFunction } from './comparison-measure.ts'

/** Compares a row with the one that begins at `first` in `others`; NaN in either is a missing value. */
export type Compare = (row: Float64Array, others: Float64Array, first: number) => number

type Term = (x: number, z: number) => number

export interface ComparisonOptions {
  readonly round: Round
  /** Per field: how much its value counts where others are missing. All the same where absent. */
  readonly missingWeights?: readonly number[]
  /** Per field: the cells of its declared values, for those that a table compares. */
  readonly declared?: readonly (Float64Array | undefined)[]
}

/** The comparison of rows by a measure (PMML 4.4.1, ClusteringModel, comparison functions). */
export function compileComparison(measure: ComparisonMeasure, fields: readonly Compared[], options: ComparisonOptions): Compare {
  return BINARY_METRICS.has(measure.metric) ? binary(measure, fields.length) : aggregate(measure, fields, options)
}

function termOf(name: CompareFunction, { scale, table }: Compared, declared: Float64Array | undefined): Term {
  switch (name) {
    case 'absDiff':
      return (x, z) => Math.abs(x - z)
    case 'delta':
      return (x, z) => (x === z ? 0 : 1)
    case 'equal':
      return (x, z) => (x === z ? 1 : 0)
    case 'table':
      return lookUp(table, declared)
    case 'gaussSim': {
      if (scale === undefined || scale === 0)
        throw new SluiceError('model.malformed', 'compareFunction="gaussSim" needs a similarityScale that is not 0')
      return (x, z) => exp((-Math.LN2 * (x - z) ** 2) / scale ** 2)
    }
  }
}

/** The entry for two values, by their places among the declared ones; missing for others. */
function lookUp(table: Compared['table'], declared: Float64Array | undefined): Term {
  const size = declared?.length ?? 0
  if (declared === undefined || table === undefined || table.length !== size || table.some((row) => row.length !== size))
    throw new SluiceError(
      'model.malformed',
      `compareFunction="table" needs a Matrix with a row and a column for each declared value of the field, which has ${size}`,
    )
  const places = new Map(Array.from(declared, (cell, place) => [cell, place]))
  return (x, z) => table[places.get(x) ?? -1]?.[places.get(z) ?? -1] ?? NaN
}

/** What is summed over the fields (or the largest of which is taken), and what becomes of the sum. */
const AGGREGATES: Readonly<Record<string, { readonly power: number; readonly largest?: true; readonly root: boolean }>> = {
  euclidean: { power: 2, root: true },
  squaredEuclidean: { power: 2, root: false },
  cityBlock: { power: 1, root: false },
  chebychev: { power: 1, largest: true, root: false },
}

function aggregate(
  measure: ComparisonMeasure,
  fields: readonly Compared[],
  { round, missingWeights, declared }: ComparisonOptions,
): Compare {
  const { power, root, largest } = AGGREGATES[measure.metric] ?? { power: measure.power, root: true }
  const terms = fields.map((field, i) => termOf(field.compareFunction ?? measure.compareFunction, field, declared?.[i]))
  const weights = Float64Array.from(fields, (field) => round(field.weight))
  const present = Float64Array.from(fields, (_, i) => missingWeights?.[i] ?? 1)
  const all = present.reduce((sum, weight) => sum + weight, 0)
  const raise = power === 1 ? (value: number) => value : power === 2 ? (value: number) => value * value : (value: number) => value ** power
  const extract = !root ? (value: number) => value : power === 2 ? Math.sqrt : (value: number) => value ** (1 / power)
  const carefully: Compare = (row, others, first) => {
    let sum = 0
    let there = 0
    for (let i = 0; i < terms.length; i++) {
      const [x, z] = [row[i]!, others[first + i]!]
      if (Number.isNaN(x) || Number.isNaN(z)) continue
      there += present[i]!
      const part = round(weights[i]! * round(raise(round(terms[i]!(x, z)))))
      sum = largest ? Math.max(sum, part) : round(sum + part)
    }
    // Where values are missing, those that are there stand for them; where none is there, there is nothing to compare.
    if (there !== all) sum = round(sum * round(all / there))
    return round(extract(sum))
  }
  const plain = fields.every((field) => field.weight === 1 && (field.compareFunction ?? measure.compareFunction) === 'absDiff')
  const isDouble = round(0.1) === 0.1
  if (!plain || !isDouble || largest || (power !== 1 && power !== 2)) return carefully
  return power === 2 ? squares(terms.length, root, carefully) : distances(terms.length, carefully)
}

/** Plain Euclidean distances, squared or not. What is missing makes the sum NaN, which is looked at again. */
function squares(size: number, root: boolean, carefully: Compare): Compare {
  return (row, others, first) => {
    let sum = 0
    for (let i = 0; i < size; i++) {
      const difference = row[i]! - others[first + i]!
      sum += difference * difference
    }
    if (Number.isNaN(sum)) return carefully(row, others, first)
    return root ? Math.sqrt(sum) : sum
  }
}

function distances(size: number, carefully: Compare): Compare {
  return (row, others, first) => {
    let sum = 0
    for (let i = 0; i < size; i++) sum += Math.abs(row[i]! - others[first + i]!)
    return Number.isNaN(sum) ? carefully(row, others, first) : sum
  }
}

function binary(measure: ComparisonMeasure, size: number): Compare {
  const combine = BINARY_COUNTS[measure.metric as keyof typeof BINARY_COUNTS]
  return (row, others, first) => {
    const counts: [number, number, number, number] = [0, 0, 0, 0]
    for (let i = 0; i < size; i++) {
      const [x, z] = [row[i]!, others[first + i]!]
      if (Number.isNaN(x) || Number.isNaN(z)) continue
      counts[x === 1 ? (z === 1 ? 0 : 1) : z === 1 ? 2 : 3]++
    }
    return combine(counts, measure.counts)
  }
}

/** From how often: both are 1, only the first is, only the second is, neither is. */
type Counts = readonly [both: number, left: number, right: number, none: number]

const BINARY_COUNTS = {
  simpleMatching: ([both, left, right, none]: Counts): number => (both + none) / (both + left + right + none),
  jaccard: ([both, left, right]: Counts): number => both / (both + left + right),
  tanimoto: ([both, left, right, none]: Counts): number => (both + none) / (both + 2 * (left + right) + none),
  binarySimilarity: (counts: Counts, parameters: readonly number[]): number => {
    const weighted = (offset: number): number => counts.reduce((sum, count, i) => sum + parameters[offset + i]! * count, 0)
    return weighted(0) / weighted(4)
  },
} as const
