import { REGULAR_EXPRESSIONS } from './regular-expressions.ts'
import { MAPS } from './maps.ts'
import { MAP_FUNCTIONS } from './map-functions.ts'
import { ARRAYS } from './arrays.ts'
import { ARRAY_SEARCH } from './array-search.ts'
import { ARRAY_ORDER } from './array-order.ts'
import { ARRAY_SUMS } from './array-sums.ts'
import { ARRAY_FUNCTIONS } from './array-functions.ts'
import { ARRAY_COMBINATORICS } from './array-combinatorics.ts'
import { BYTES } from './bytes.ts'
import { CAST } from './cast.ts'
import { CORE_ARITHMETIC } from './core-arithmetic.ts'
import { CORE_COMPARISON } from './core-comparison.ts'
import { CORE_DIVISION } from './core-division.ts'
import { CORE_LOGIC } from './core-logic.ts'
import { ENUM_FIXED } from './enum-fixed.ts'
import { IMPUTE } from './impute.ts'
import { INTERPOLATION } from './interpolation.ts'
import { LINEAR_ALGEBRA_ELEMENTS } from './linear-algebra-elements.ts'
import { LINEAR_ALGEBRA } from './linear-algebra.ts'
import { MATH_KERNEL } from './math-kernel.ts'
import { MATH_LINK } from './math-link.ts'
import { MATH_SPECIAL } from './math-special.ts'
import { MATH } from './math.ts'
import { METRIC } from './metric.ts'
import { MODEL_CLUSTER } from './model-cluster.ts'
import { MODEL_GAUSSIAN_PROCESS } from './model-gaussian-process.ts'
import { MODEL_LEARNERS } from './model-learners.ts'
import { MODEL_NEIGHBOR } from './model-neighbor.ts'
import { MODEL_REGRESSION } from './model-regression.ts'
import { MODEL_TREE } from './model-tree.ts'
import { STAT_COUNTS } from './stat-counts.ts'
import { STAT_HISTOGRAM_2D } from './stat-histogram-2d.ts'
import { STAT_HISTOGRAM } from './stat-histogram.ts'
import { PARSE } from './parse.ts'
import { PROB_DIST } from './prob-dist.ts'
import { RANDOM_TEXT } from './random-text.ts'
import { RANDOM } from './random.ts'
import { RESIDUALS } from './residuals.ts'
import { STAT_CHANGE } from './stat-change.ts'
import { STAT_COVARIANCE } from './stat-covariance.ts'
import { STAT_FORECAST } from './stat-forecast.ts'
import { STAT_MOMENTS } from './stat-moments.ts'
import { STAT_TEST } from './stat-test.ts'
import { STRINGS_OF_NUMBERS } from './strings-of-numbers.ts'
import { STRINGS } from './strings.ts'
import { TIME } from './time.ts'
import type { LibraryFunction } from './library-function.ts'

/**
 * The library of PFA 0.8.1, by name. To add a module: a file here that exports a table of `LibraryFunction` rows (`core-arithmetic.ts` is the
 * pattern), and its line in `MODULES`. A row says its signatures as text; the compiler finds the one that fits, converts the arguments and
 * calls what `build` made for the call site. How values stand in JavaScript is in `../values/value.ts`.
 */
const MODULES: readonly (readonly LibraryFunction[])[] = [
  BYTES,
  CAST,
  CORE_ARITHMETIC,
  CORE_COMPARISON,
  CORE_DIVISION,
  CORE_LOGIC,
  ENUM_FIXED,
  IMPUTE,
  INTERPOLATION,
  LINEAR_ALGEBRA_ELEMENTS,
  LINEAR_ALGEBRA,
  MATH_KERNEL,
  MATH_LINK,
  MATH_SPECIAL,
  MATH,
  METRIC,
  PARSE,
  PROB_DIST,
  RANDOM_TEXT,
  RANDOM,
  RESIDUALS,
  STAT_CHANGE,
  STAT_COVARIANCE,
  STAT_FORECAST,
  STAT_MOMENTS,
  STAT_TEST,
  STRINGS_OF_NUMBERS,
  STRINGS,
  TIME,
  MODEL_CLUSTER,
  MODEL_GAUSSIAN_PROCESS,
  MODEL_LEARNERS,
  MODEL_NEIGHBOR,
  MODEL_REGRESSION,
  MODEL_TREE,
  STAT_COUNTS,
  STAT_HISTOGRAM_2D,
  STAT_HISTOGRAM,
  ARRAYS,
  ARRAY_SEARCH,
  ARRAY_ORDER,
  ARRAY_SUMS,
  ARRAY_FUNCTIONS,
  ARRAY_COMBINATORICS,
  MAPS,
  MAP_FUNCTIONS,
  REGULAR_EXPRESSIONS,
]

const BY_NAME: ReadonlyMap<string, LibraryFunction> = new Map(MODULES.flat().map((row) => [row.name, row]))

export function libraryFunction(name: string): LibraryFunction | undefined {
  return BY_NAME.get(name)
}
