import type { ArrayType, RecordType } from '../types/type.ts'
import type { RecordValue } from '../values/value.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { hasField } from './record-fields.ts'
import { cholesky, dotProduct, type Matrix, solve, transpose } from './numeric/matrix.ts'

type Kernel = (x: number[], y: number[]) => number

interface Scale {
  readonly mean: number
  readonly deviation: number
}

function scaleOf(values: readonly number[]): Scale {
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / values.length
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  return { mean, deviation: Math.sqrt(squares / values.length) }
}

function normalise(value: number, { mean, deviation }: Scale): number {
  return (value - mean) / deviation
}

interface Sample {
  readonly x: Matrix
  /** One of the outputs, for each x. */
  readonly y: readonly number[]
  /** Its uncertainty, or undefined where the table has none. */
  readonly sigma: readonly number[] | undefined
}

/** The process's value at x, by kriging with a constant trend, which is given or the best one. */
function predict(
  site: CallSite,
  x: readonly number[],
  { sample, krigingWeight, kernel }: { sample: Sample; krigingWeight: number | null; kernel: Kernel },
): number {
  const columns = transpose(sample.x).map(scaleOf)
  const points = sample.x.map((row) => row.map((value, j) => normalise(value, columns[j]!)))
  const scale = scaleOf(sample.y)
  const y = sample.y.map((value) => normalise(value, scale))
  const matrix: number[][] = points.map((row, i) => {
    site.engine.checkTime()
    return points.map((other, j) => (i < j ? kernel(row, other) : 0))
  })
  for (const [i, row] of matrix.entries()) {
    for (let j = 0; j < i; j++) row[j] = matrix[j]![i]!
    row[i] = 1 + nugget(sample, i)
  }
  if (cholesky(matrix, site.engine.checkTime) === undefined) return site.fail(31088)
  const right = y.map((value) => [value, 1])
  const solved = solve(matrix, right, site.engine.checkTime)
  if (solved === undefined) return site.fail(31088)
  const [weights, ones] = transpose(solved) as [number[], number[]]
  const trend = krigingWeight ?? sumOf(weights) / sumOf(ones)
  const gamma = weights.map((weight, i) => weight - trend * ones[i]!)
  const at = x.map((value, j) => normalise(value, columns[j]!))
  const near = dotProduct(
    points.map((row) => kernel(at, row)),
    gamma,
  )
  return scale.mean + scale.deviation * (trend + near)
}

function nugget({ y, sigma }: Sample, i: number): number {
  if (sigma === undefined) return 10 * Number.EPSILON
  return y[i] === 0 ? Infinity : (sigma[i]! / y[i]!) ** 2
}

function sumOf(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return sum
}

const listOf = (value: unknown): number[] => (typeof value === 'number' ? [value] : (value as number[]))

/** Checks the arguments in the order of their codes, and gives the outputs of the table as rows. */
function checked(
  site: CallSite,
  x: readonly number[],
  { table, krigingWeight }: { table: readonly RecordValue[]; krigingWeight: number | null },
): Matrix {
  if (table.length === 0) return site.fail(31080)
  if (x.length === 0) return site.fail(31081)
  const inputs = table.map((row) => listOf(row['x']))
  const outputs = table.map((row) => listOf(row['to']))
  if (inputs.some((row) => row.length !== x.length)) return site.fail(31082)
  if (outputs[0]!.length === 0) return site.fail(31083)
  if (outputs.some((row) => row.length !== outputs[0]!.length)) return site.fail(31084)
  if (!x.every(Number.isFinite)) return site.fail(31085)
  if (![...inputs, ...outputs].every((row) => row.every(Number.isFinite))) return site.fail(31086)
  if (krigingWeight !== null && !Number.isFinite(krigingWeight)) return site.fail(31087)
  return outputs
}

function build(site: CallSite): Callable {
  const record = (site.params[1] as ArrayType).items as RecordType
  const to = record.fields.find((field) => field.name === 'to')!
  const hasSigma = hasField(site, record, { name: 'sigma', type: to.type })
  const single = site.result.kind === 'double'
  return (datum: number | number[], table: RecordValue[], ...[krigingWeight, kernel]: readonly [number | null, Kernel]) => {
    const x = listOf(datum)
    const outputs = checked(site, x, { table, krigingWeight })
    const inputs = table.map((row) => listOf(row['x']))
    const sigmas = hasSigma ? transpose(table.map((row) => listOf(row['sigma']))) : undefined
    const values = transpose(outputs).map((y, i) => {
      site.engine.checkTime()
      return predict(site, x, { sample: { x: inputs, y, sigma: sigmas?.[i] }, krigingWeight, kernel })
    })
    return single ? values[0] : values
  }
}

const TYPES = ['double', 'array(double)']

/** PFA 0.8.1, Regression library: Gaussian processes. */
export const MODEL_GAUSSIAN_PROCESS: readonly LibraryFunction[] = [
  {
    name: 'model.reg.gaussianProcess',
    signatures: TYPES.flatMap((x) =>
      TYPES.map(
        (to) =>
          `(x: ${x}, table: array(record R{x: ${x}, to: ${to}}), krigingWeight: (null|double), kernel: fcn(array(double), array(double))->double) -> ${to}`,
      ),
    ),
    errors: {
      31080: 'table must have at least 1 entry',
      31081: 'x must have at least 1 feature',
      31082: 'table must have the same number of features as x',
      31083: 'table outputs must have at least 1 dimension',
      31084: 'table outputs must all have the same number of dimensions',
      31085: 'x is not finite',
      31086: 'table value is not finite',
      31087: 'krigingWeight is not finite',
      31088: 'matrix of kernel results is not positive definite',
    },
    build,
  },
]
