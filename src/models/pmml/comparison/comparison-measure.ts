import { choice, real } from '../xml/attributes.ts'
import { matrixIn } from '../xml/array.ts'
import { child, contentOf, type Element, malformed, requiredChild, unsupported } from '../xml/element.ts'

export const COMPARE_FUNCTIONS = ['absDiff', 'gaussSim', 'delta', 'equal', 'table'] as const
export type CompareFunction = (typeof COMPARE_FUNCTIONS)[number]

export const METRICS = [
  'euclidean',
  'squaredEuclidean',
  'chebychev',
  'cityBlock',
  'minkowski',
  'simpleMatching',
  'jaccard',
  'tanimoto',
  'binarySimilarity',
] as const
export type Metric = (typeof METRICS)[number]

/** The metrics that count how often two values are both, either or neither 1. */
export const BINARY_METRICS: ReadonlySet<Metric> = new Set(['simpleMatching', 'jaccard', 'tanimoto', 'binarySimilarity'])

/** How alike two rows are (PMML 4.4.1, ClusteringModel, ComparisonMeasure), as plain data. */
export interface ComparisonMeasure {
  readonly kind: 'distance' | 'similarity'
  readonly metric: Metric
  readonly compareFunction: CompareFunction
  /** The exponent of `minkowski`. */
  readonly power: number
  /** For `binarySimilarity`: c11, c10, c01, c00, d11, d10, d01, d00. */
  readonly counts: readonly number[]
}

/** How one field takes part in a comparison. */
export interface Compared {
  readonly weight: number
  readonly compareFunction?: CompareFunction
  /** The distance at which `gaussSim` is one half. */
  readonly scale?: number
  /** What `table` says of each two of the field's declared values, in their order. */
  readonly table?: readonly (readonly number[])[]
}

const COUNTS = ['c11', 'c10', 'c01', 'c00', 'd11', 'd10', 'd01', 'd00'].map((name) => `${name}-parameter`)

/** The ComparisonMeasure inside an element. */
export function comparisonMeasureIn(parent: Element): ComparisonMeasure {
  const element = requiredChild(parent, 'ComparisonMeasure')
  const [measure] = contentOf(element)
  if (measure === undefined) throw malformed(element, `needs a measure: one of ${METRICS.join(', ')}`)
  const metric = METRICS.find((candidate) => candidate === measure.name)
  if (metric === undefined) throw unsupported(measure)
  return {
    kind: choice(element, 'kind', {
      of: ['distance', 'similarity'],
      fallback: BINARY_METRICS.has(metric) ? 'similarity' : 'distance',
    }),
    metric,
    compareFunction: choice(element, 'compareFunction', { of: COMPARE_FUNCTIONS, fallback: 'absDiff' }),
    power: real(measure, 'p-parameter') ?? 2,
    counts: metric === 'binarySimilarity' ? COUNTS.map((name) => real(measure, name) ?? 0) : [],
  }
}

/** What a KNNInput or ClusteringField says of its part in a comparison. */
export function readCompared(element: Element): Compared {
  const compareFunction = choice(element, 'compareFunction', { of: COMPARE_FUNCTIONS, fallback: undefined })
  const scale = real(element, 'similarityScale')
  const comparisons = child(element, 'Comparisons')
  const table = comparisons && matrixIn(requiredChild(comparisons, 'Matrix'))
  return {
    weight: real(element, 'fieldWeight') ?? 1,
    ...(compareFunction !== undefined && { compareFunction }),
    ...(scale !== undefined && { scale }),
    ...(table !== undefined && { table }),
  }
}
