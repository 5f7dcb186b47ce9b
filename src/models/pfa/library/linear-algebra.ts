import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { eigenOfSymmetric, inverse } from './numeric/decompositions.ts'
import {
  columnKeys,
  fromRows,
  fromVector,
  type KeyedMatrix,
  type KeyedVector,
  rowKeys,
  toRows,
  toVector,
  unique,
} from './numeric/keyed-matrix.ts'
import { determinant, hasNonFinite, isRagged, type Matrix, times, transpose } from './numeric/matrix.ts'

const MATRIX = 'array(array(double))'
const KEYED = 'map(map(double))'
const TOO_FEW = 'too few rows/cols'
const RAGGED = 'ragged columns'
const NON_SQUARE = 'non-square matrix'

interface Shape {
  readonly tooFew: number
  readonly ragged?: number
  readonly nonSquare?: number
}

/** Refuses a matrix that hasn't the shape that the function needs. */
function checked(site: CallSite, x: Matrix, { tooFew, ragged, nonSquare }: Shape): Matrix {
  if (x.length === 0 || x[0]!.length === 0) return site.fail(tooFew)
  if (ragged !== undefined && isRagged(x)) return site.fail(ragged)
  if (nonSquare !== undefined && x.length !== x[0]!.length) return site.fail(nonSquare)
  return x
}

/** A square matrix by one set of keys for rows and columns, which must not be empty. */
function square(site: CallSite, x: KeyedMatrix, tooFew: number): readonly [rows: number[][], keys: string[]] {
  const keys = unique([...rowKeys(x), ...columnKeys(x)])
  if (keys.length === 0 || [...x.values()].every((row) => row.size === 0)) return site.fail(tooFew)
  return [toRows(x, keys, keys), keys]
}

function product(site: CallSite, x: Matrix, y: Matrix): number[][] {
  if (x.length === 0 || x[0]!.length === 0 || y.length === 0 || y[0]!.length === 0) return site.fail(24051)
  if (hasNonFinite(x) || hasNonFinite(y)) return site.fail(24052)
  if (isRagged(x) || isRagged(y) || x[0]!.length !== y.length) return site.fail(24050)
  return times(x, y, site.engine.checkTime)
}

function productWithVector(site: CallSite, x: Matrix, y: readonly number[]): number[] {
  return product(
    site,
    x,
    y.map((value) => [value]),
  ).map((row) => row[0]!)
}

const DOT: readonly ((site: CallSite) => Callable)[] = [
  (site) => (x: Matrix, y: readonly number[]) => productWithVector(site, x, y),
  (site) => (x: KeyedMatrix, y: KeyedVector) => {
    const rows = rowKeys(x)
    const columns = unique([...columnKeys(x), ...y.keys()])
    return fromVector(productWithVector(site, toRows(x, rows, columns), toVector(y, columns)), rows)
  },
  (site) => (x: Matrix, y: Matrix) => product(site, x, y),
  (site) => (x: KeyedMatrix, y: KeyedMatrix) => {
    const rows = rowKeys(x)
    const inner = unique([...columnKeys(x), ...rowKeys(y)])
    const columns = columnKeys(y)
    return fromRows(product(site, toRows(x, rows, inner), toRows(y, inner, columns)), rows, columns)
  },
]

function isSymmetric(x: Matrix, tolerance: number): boolean {
  return x.every((row, i) => row.every((value, j) => alike(value, x[j]![i]!, tolerance)))
}

function alike(x: number, y: number, tolerance: number): boolean {
  if (Number.isFinite(x) && Number.isFinite(y)) return Math.abs(x - y) < tolerance
  return Object.is(x, y)
}

/** Eigenvectors of the symmetric part, a row each, over the root of their eigenvalue's size: the largest eigenvalue first. */
function eigenBasis(site: CallSite, x: Matrix): number[][] {
  const other = transpose(x)
  const { values, vectors } = eigenOfSymmetric(
    x.map((row, i) => row.map((value, j) => (value + other[i]![j]!) / 2)),
    site.engine.checkTime,
  )
  const scales = values.map((value) => 1 / Math.sqrt(Math.abs(value)))
  const order = [...scales.keys()].toSorted((i, j) => scales[i]! - scales[j]!)
  return order.map((i) => vectors[i]!.map((value) => value * scales[i]! * (vectors[i]![0]! < 0 ? -1 : 1)))
}

function determinantOf(site: CallSite, x: Matrix): number {
  return hasNonFinite(x) ? Number.NaN : determinant(x, site.engine.checkTime)
}

/** PFA 0.8.1, Linear algebra library (`la.*`): what takes a matrix as a whole. */
export const LINEAR_ALGEBRA: readonly LibraryFunction[] = [
  {
    name: 'la.dot',
    signatures: [
      `(x: ${MATRIX}, y: array(double)) -> array(double)`,
      `(x: ${KEYED}, y: map(double)) -> map(double)`,
      `(x: ${MATRIX}, y: ${MATRIX}) -> ${MATRIX}`,
      `(x: ${KEYED}, y: ${KEYED}) -> ${KEYED}`,
    ],
    errors: { 24050: 'misaligned matrices', 24051: TOO_FEW, 24052: 'contains non-finite value' },
    build: (site) => DOT[site.signature]!(site),
  },
  {
    name: 'la.transpose',
    signatures: [`(x: ${MATRIX}) -> ${MATRIX}`, `(x: ${KEYED}) -> ${KEYED}`],
    errors: { 24060: TOO_FEW, 24061: RAGGED },
    build(site): Callable {
      if (site.signature === 0) return (x: Matrix) => transpose(checked(site, x, { tooFew: 24060, ragged: 24061 }))
      return (x: KeyedMatrix) => {
        const rows = rowKeys(x)
        const columns = columnKeys(x)
        if (columns.length === 0) return site.fail(24060)
        if ([...x.values()].some((row) => row.size !== columns.length)) return site.fail(24061)
        return fromRows(transpose(toRows(x, rows, columns)), columns, rows)
      }
    },
  },
  {
    name: 'la.inverse',
    signatures: [`(x: ${MATRIX}) -> ${MATRIX}`, `(x: ${KEYED}) -> ${KEYED}`],
    errors: { 24070: TOO_FEW, 24071: RAGGED },
    build(site): Callable {
      if (site.signature === 0) return (x: Matrix) => inverse(checked(site, x, { tooFew: 24070, ragged: 24071 }), site.engine.checkTime)
      return (x: KeyedMatrix) => {
        const rows = rowKeys(x)
        const columns = columnKeys(x)
        if (columns.length === 0) return site.fail(24070)
        return fromRows(inverse(toRows(x, rows, columns), site.engine.checkTime), columns, rows)
      }
    },
  },
  {
    name: 'la.trace',
    signatures: [`(x: ${MATRIX}) -> double`, `(x: ${KEYED}) -> double`],
    errors: { 24080: RAGGED },
    build(site): Callable {
      if (site.signature === 0) {
        return (x: Matrix) => {
          if (isRagged(x)) return site.fail(24080)
          let sum = 0
          for (let i = 0; i < Math.min(x.length, x[0]?.length ?? 0); i++) sum += x[i]![i]!
          return sum
        }
      }
      return (x: KeyedMatrix) => {
        let sum = 0
        for (const [key, row] of x) sum += row.get(key) ?? 0
        return sum
      }
    },
  },
  {
    name: 'la.det',
    signatures: [`(x: ${MATRIX}) -> double`, `(x: ${KEYED}) -> double`],
    errors: { 24090: TOO_FEW, 24091: RAGGED, 24092: NON_SQUARE },
    build(site): Callable {
      if (site.signature === 0)
        return (x: Matrix) => determinantOf(site, checked(site, x, { tooFew: 24090, ragged: 24091, nonSquare: 24092 }))
      return (x: KeyedMatrix) => determinantOf(site, square(site, x, 24090)[0])
    },
  },
  {
    name: 'la.symmetric',
    signatures: [`(x: ${MATRIX}, tolerance: double) -> boolean`, `(x: ${KEYED}, tolerance: double) -> boolean`],
    errors: { 24100: TOO_FEW, 24101: RAGGED, 24102: NON_SQUARE },
    build(site): Callable {
      const shape = { tooFew: 24100, ragged: 24101, nonSquare: 24102 }
      if (site.signature === 0) return (x: Matrix, tolerance: number) => isSymmetric(checked(site, x, shape), tolerance)
      return (x: KeyedMatrix, tolerance: number) => isSymmetric(square(site, x, 24100)[0], tolerance)
    },
  },
  {
    name: 'la.eigenBasis',
    signatures: [`(x: ${MATRIX}) -> ${MATRIX}`, `(x: ${KEYED}) -> ${KEYED}`],
    errors: { 24110: TOO_FEW, 24111: RAGGED, 24112: NON_SQUARE, 24113: 'non-finite matrix' },
    build(site): Callable {
      const finite = (x: Matrix): Matrix => (hasNonFinite(x) ? site.fail(24113) : x)
      const shape = { tooFew: 24110, ragged: 24111, nonSquare: 24112 }
      if (site.signature === 0) return (x: Matrix) => eigenBasis(site, finite(checked(site, x, shape)))
      return (x: KeyedMatrix) => {
        const [rows, keys] = square(site, x, 24110)
        return fromRows(
          eigenBasis(site, finite(rows)),
          keys.map((_key, i) => String(i)),
          keys,
        )
      }
    },
  },
  {
    name: 'la.truncate',
    signatures: [`(x: ${MATRIX}, keep: int) -> ${MATRIX}`, `(x: ${KEYED}, keep: array(string)) -> ${KEYED}`],
    errors: { 24120: TOO_FEW, 24121: RAGGED },
    build(site): Callable {
      if (site.signature === 0) {
        return (x: Matrix, keep: number) => checked(site, x, { tooFew: 24120, ragged: 24121 }).slice(0, Math.max(0, keep))
      }
      return (x: KeyedMatrix, keep: string[]) => {
        if (columnKeys(x).length === 0) return site.fail(24120)
        const wanted = new Set(keep)
        return new Map([...x].filter(([key]) => wanted.has(key)))
      }
    },
  },
]
