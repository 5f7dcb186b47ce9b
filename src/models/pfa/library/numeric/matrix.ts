/** Rows of numbers, of one length each; never written to once made. */
export type Matrix = readonly (readonly number[])[]

/** Called now and then in work that takes long; may throw. */
export type Tick = () => void

const noTick: Tick = () => {}

/** Whether any number is NaN or infinite. */
export function hasNonFinite(x: Matrix): boolean {
  return x.some((row) => !row.every(Number.isFinite))
}

export function isRagged(x: Matrix): boolean {
  return x.some((row) => row.length !== x[0]!.length)
}

export function identity(size: number): number[][] {
  return Array.from({ length: size }, (_row, i) => Array.from({ length: size }, (_column, j) => (i === j ? 1 : 0)))
}

export function transpose(x: Matrix): number[][] {
  return Array.from({ length: x[0]?.length ?? 0 }, (_row, j) => x.map((row) => row[j]!))
}

export function dotProduct(x: readonly number[], y: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!
  return sum
}

export function timesVector(x: Matrix, y: readonly number[]): number[] {
  return x.map((row) => dotProduct(row, y))
}

export function times(x: Matrix, y: Matrix, tick = noTick): number[][] {
  const columns = transpose(y)
  return x.map((row) => {
    tick()
    return columns.map((column) => dotProduct(row, column))
  })
}

interface Elimination {
  /** Upper triangle of the square matrix after its rows have been exchanged. */
  readonly rows: number[][]
  readonly right: number[][]
  /** 1, or -1 after an odd number of exchanges. */
  readonly sign: number
}

/** Gaussian elimination with partial pivoting, of a square matrix with right-hand sides beside it. */
function eliminate(x: Matrix, beside: Matrix, tick: Tick): Elimination {
  const rows = x.map((row) => row.slice())
  const right = beside.map((row) => row.slice())
  let sign = 1
  for (let k = 0; k < rows.length; k++) {
    tick()
    let pivot = k
    for (let i = k + 1; i < rows.length; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = i
    if (pivot !== k) {
      sign = -sign
      swap(rows, k, pivot)
      swap(right, k, pivot)
    }
    const top = rows[k]![k]!
    if (top === 0) continue
    for (let i = k + 1; i < rows.length; i++) {
      const factor = rows[i]![k]! / top
      if (factor === 0) continue
      subtract(rows[i]!, rows[k]!, factor)
      subtract(right[i]!, right[k]!, factor)
    }
  }
  return { rows, right, sign }
}

function swap(rows: number[][], i: number, j: number): void {
  const row = rows[i]!
  rows[i] = rows[j]!
  rows[j] = row
}

function subtract(row: number[], other: readonly number[], factor: number): void {
  for (let j = 0; j < row.length; j++) row[j]! -= factor * other[j]!
}

/** The determinant of a square matrix. */
export function determinant(x: Matrix, tick = noTick): number {
  const { rows, sign } = eliminate(
    x,
    x.map(() => []),
    tick,
  )
  let product = sign
  for (const [i, row] of rows.entries()) product *= row[i]!
  return product
}

/** The y with `x y = right`, column by column, for a square x; undefined where x is singular. */
export function solve(x: Matrix, right: Matrix, tick = noTick): number[][] | undefined {
  const done = eliminate(x, right, tick)
  const out = done.right
  for (let k = x.length - 1; k >= 0; k--) {
    tick()
    const row = done.rows[k]!
    if (row[k] === 0) return undefined
    for (let i = k + 1; i < x.length; i++) subtract(out[k]!, out[i]!, row[i]!)
    out[k] = out[k]!.map((value) => value / row[k]!)
  }
  return out
}

/** The lower triangle L with `L Lᵀ = x`, or undefined where x isn't positive definite. */
export function cholesky(x: Matrix, tick = noTick): number[][] | undefined {
  const out: number[][] = []
  for (const [i, row] of x.entries()) {
    tick()
    const line = Array.from({ length: x.length }, () => 0)
    for (let j = 0; j <= i; j++) {
      const other = j === i ? line : out[j]!
      let rest = row[j]!
      for (let k = 0; k < j; k++) rest -= line[k]! * other[k]!
      if (j === i && !(rest > 0)) return undefined
      line[j] = j === i ? Math.sqrt(rest) : rest / other[j]!
    }
    out.push(line)
  }
  return out
}
