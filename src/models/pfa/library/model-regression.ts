import type { RecordValue } from '../values/value.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { columnKeys, type KeyedMatrix, type KeyedVector, rowKeys, toRows, toVector, unique } from './numeric/keyed-matrix.ts'
import { dotProduct, type Matrix, timesVector } from './numeric/matrix.ts'

function linearOfArrays(site: CallSite, datum: readonly number[], model: RecordValue): number {
  const coeff = model['coeff'] as number[]
  return coeff.length === datum.length ? dotProduct(coeff, datum) + (model['const'] as number) : site.fail(31000)
}

function linearOfMatrix(site: CallSite, datum: readonly number[], model: RecordValue): number[] {
  const coeff = model['coeff'] as Matrix
  const constants = model['const'] as number[]
  if (constants.length !== coeff.length) return site.fail(31001)
  if (coeff.some((row) => row.length !== datum.length)) return site.fail(31000)
  return coeff.map((row, i) => dotProduct(row, datum) + constants[i]!)
}

/** The sum of products. */
function dotOfMaps(x: KeyedVector, y: KeyedVector): number {
  let sum = 0
  for (const [key, value] of x) sum += value * (y.get(key) ?? 0)
  // What is missing is 0, and 0 times a number that isn't finite is none.
  for (const [key, value] of y) if (!x.has(key) && !Number.isFinite(value)) return Number.NaN
  return sum
}

const NOTHING: KeyedVector = new Map()

const LINEAR: readonly ((site: CallSite) => Callable)[] = [
  (site) => (datum: number[], model: RecordValue) => linearOfArrays(site, datum, model),
  (site) => (datum: number[], model: RecordValue) => linearOfMatrix(site, datum, model),
  () => (datum: KeyedVector, model: RecordValue) => dotOfMaps(datum, model['coeff'] as KeyedVector) + (model['const'] as number),
  () => (datum: KeyedVector, model: RecordValue) => {
    const coeff = model['coeff'] as KeyedMatrix
    const constants = model['const'] as KeyedVector
    const keys = unique([...constants.keys(), ...coeff.keys()])
    return new Map(keys.map((key) => [key, dotOfMaps(datum, coeff.get(key) ?? NOTHING) + (constants.get(key) ?? 0)]))
  },
]

/** `xᵀ C x`. */
function quadratic(x: readonly number[], covariance: Matrix): number {
  return dotProduct(x, timesVector(covariance, x))
}

function varianceOfArrays(site: CallSite, datum: readonly number[], covariance: Matrix): number {
  const x = [...datum, 1]
  if (covariance.length !== x.length || covariance.some((row) => row.length !== x.length)) return site.fail(31010)
  return quadratic(x, covariance)
}

/** The implicit constant has an empty key. */
function varianceOfMaps(datum: KeyedVector, covariance: KeyedMatrix): number {
  const x = new Map(datum).set('', 1)
  const keys = unique([...x.keys(), ...rowKeys(covariance), ...columnKeys(covariance)])
  return quadratic(toVector(x, keys), toRows(covariance, keys, keys))
}

const VARIANCE: readonly ((site: CallSite) => Callable)[] = [
  (site) => (datum: number[], model: RecordValue) => varianceOfArrays(site, datum, model['covar'] as Matrix),
  (site) => (datum: number[], model: RecordValue) =>
    (model['covar'] as Matrix[]).map((covariance) => varianceOfArrays(site, datum, covariance)),
  () => (datum: KeyedVector, model: RecordValue) => varianceOfMaps(datum, model['covar'] as KeyedMatrix),
  () => (datum: KeyedVector, model: RecordValue) => {
    return new Map(Array.from(model['covar'] as Map<string, KeyedMatrix>, ([key, covariance]) => [key, varianceOfMaps(datum, covariance)]))
  },
]

/** PFA 0.8.1, Regression library (`model.reg.*`): linear models. */
export const MODEL_REGRESSION: readonly LibraryFunction[] = [
  {
    name: 'model.reg.linear',
    signatures: [
      '(datum: array(double), model: record M{coeff: array(double), const: double}) -> double',
      '(datum: array(double), model: record M{coeff: array(array(double)), const: array(double)}) -> array(double)',
      '(datum: map(double), model: record M{coeff: map(double), const: double}) -> double',
      '(datum: map(double), model: record M{coeff: map(map(double)), const: map(double)}) -> map(double)',
    ],
    errors: { 31000: 'misaligned coeff', 31001: 'misaligned const' },
    build: (site) => LINEAR[site.signature]!(site),
  },
  {
    name: 'model.reg.linearVariance',
    signatures: [
      '(datum: array(double), model: record M{covar: array(array(double))}) -> double',
      '(datum: array(double), model: record M{covar: array(array(array(double)))}) -> array(double)',
      '(datum: map(double), model: record M{covar: map(map(double))}) -> double',
      '(datum: map(double), model: record M{covar: map(map(map(double)))}) -> map(double)',
    ],
    errors: { 31010: 'misaligned covariance' },
    build: (site) => VARIANCE[site.signature]!(site),
  },
]
