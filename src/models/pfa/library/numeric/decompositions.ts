import { dotProduct, identity, type Matrix, solve, type Tick, times, transpose } from './matrix.ts'

const MAX_SWEEPS = 60

const noTick: Tick = () => {}

export interface Eigen {
  readonly values: readonly number[]
  /** One vector a row, of length 1, in the order of the values. */
  readonly vectors: Matrix
}

/** Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations. */
export function eigenOfSymmetric(x: Matrix, tick = noTick): Eigen {
  const a = x.map((row) => row.slice())
  const v = identity(x.length)
  for (let sweep = 0; sweep < MAX_SWEEPS && offDiagonal(a) > 0; sweep++) {
    for (let p = 0; p < a.length; p++) {
      tick()
      for (let q = p + 1; q < a.length; q++) rotate(a, v, [p, q])
    }
  }
  return { values: a.map((row, i) => row[i]!), vectors: transpose(v) }
}

function offDiagonal(a: Matrix): number {
  let sum = 0
  for (const [i, row] of a.entries()) for (const [j, value] of row.entries()) if (i !== j) sum += value * value
  return sum
}

/** Makes a[p][q] zero, by turning the plane of p and q. */
function rotate(a: number[][], v: number[][], [p, q]: readonly [number, number]): void {
  const apq = a[p]![q]!
  if (apq === 0) return
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * apq)
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (const row of a) turn(row, [p, q], [c, s])
  const upper = a[p]!
  const lower = a[q]!
  for (let k = 0; k < a.length; k++) {
    const x = upper[k]!
    upper[k] = c * x - s * lower[k]!
    lower[k] = s * x + c * lower[k]!
  }
  upper[q] = 0
  lower[p] = 0
  for (const row of v) turn(row, [p, q], [c, s])
}

function turn(row: number[], [p, q]: readonly [number, number], [c, s]: readonly [number, number]): void {
  const x = row[p]!
  const y = row[q]!
  row[p] = c * x - s * y
  row[q] = s * x + c * y
}

/** The inverse of a square matrix, or the pseudo-inverse of one that is singular or not square. */
export function inverse(x: Matrix, tick = noTick): number[][] {
  const exact = x.length === x[0]!.length ? solve(x, identity(x.length), tick) : undefined
  return exact ?? pseudoInverse(x, tick)
}

/** Moore and Penrose's, by a singular value decomposition: Jacobi's rotations make the columns orthogonal. */
function pseudoInverse(x: Matrix, tick: Tick): number[][] {
  if (x.length < x[0]!.length) return transpose(pseudoInverse(transpose(x), tick))
  const columns = transpose(x)
  const v = identity(columns.length)
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) if (!orthogonalise(columns, v, tick)) break
  const sizes = columns.map((column) => Math.sqrt(dotProduct(column, column)))
  const least = Math.max(...sizes) * Math.max(x.length, columns.length) * Number.EPSILON
  const scaled = columns.map((column, i) => column.map((value) => (sizes[i]! > least ? value / sizes[i]! ** 2 : 0)))
  return times(transpose(v), scaled, tick)
}

/** One sweep over all pairs of columns; says whether any was turned. `v` has the rotations, a column of it a row here. */
function orthogonalise(columns: number[][], v: number[][], tick: Tick): boolean {
  let turned = false
  for (let p = 0; p < columns.length; p++) {
    tick()
    for (let q = p + 1; q < columns.length; q++) {
      const x = columns[p]!
      const y = columns[q]!
      const product = dotProduct(x, y)
      const xx = dotProduct(x, x)
      const yy = dotProduct(y, y)
      if (Math.abs(product) <= 1e-15 * Math.sqrt(xx * yy)) continue
      turned = true
      const zeta = (yy - xx) / (2 * product)
      const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta))
      const c = 1 / Math.sqrt(1 + t * t)
      turnPair([x, y], c, c * t)
      turnPair([v[p]!, v[q]!], c, c * t)
    }
  }
  return turned
}

function turnPair([x, y]: readonly [number[], number[]], c: number, s: number): void {
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!
    x[i] = c * value - s * y[i]!
    y[i] = s * value + c * y[i]!
  }
}
