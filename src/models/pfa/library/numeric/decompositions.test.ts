import { describe, expect, it } from 'vitest'
import { eigenOfSymmetric, inverse } from './decompositions.ts'
import { cholesky, determinant, type Matrix, solve, times, transpose } from './matrix.ts'

/** The largest difference between two matrices of one shape. */
function distance(x: Matrix, y: Matrix): number {
  if (x.length !== y.length) return Infinity
  return Math.max(...x.flatMap((row, i) => row.map((value, j) => Math.abs(value - y[i]![j]!))))
}

const A = [
  [2, 1, 0],
  [1, 3, 1],
  [0, 1, 4],
]

describe('matrices', () => {
  it('a determinant is Leibniz’s sum, also where a pivot is zero', () => {
    expect(determinant(A)).toBeCloseTo(18, 12)
    expect(
      determinant([
        [0, 1],
        [1, 0],
      ]),
    ).toBe(-1)
    expect(
      determinant([
        [1, 2],
        [2, 4],
      ]),
    ).toBeCloseTo(0, 12)
  })

  it('an inverse times its matrix is one; a singular system has no solution', () => {
    expect(
      distance(times(inverse(A), A), [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
    ).toBeLessThan(1e-12)
    expect(
      solve(
        [
          [1, 2],
          [2, 4],
        ],
        [[1], [1]],
      ),
    ).toBeUndefined()
  })

  it('the inverse of a matrix that is not square or singular is Moore’s and Penrose’s', () => {
    for (const x of [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [
        [1, 2],
        [2, 4],
      ],
    ]) {
      const y = inverse(x)
      expect(distance(times(times(x, y), x), x)).toBeLessThan(1e-12)
      expect(distance(times(times(y, x), y), y)).toBeLessThan(1e-12)
      expect(distance(transpose(times(x, y)), times(x, y))).toBeLessThan(1e-12)
    }
  })

  it('eigenvectors are what the matrix only stretches', () => {
    const { values, vectors } = eigenOfSymmetric(A)
    for (const [i, vector] of vectors.entries()) {
      const stretched = times(
        A,
        vector.map((value) => [value]),
      )
      for (const [j, [value]] of stretched.entries()) expect(value).toBeCloseTo(values[i]! * vector[j]!, 10)
    }
    expect(values.reduce((x, y) => x * y)).toBeCloseTo(18, 10)
  })

  it('a Cholesky factor times itself is the matrix; there is none of a matrix that is not positive definite', () => {
    const factor = cholesky(A)!
    expect(distance(times(factor, transpose(factor)), A)).toBeLessThan(1e-12)
    expect(
      cholesky([
        [1, 2],
        [2, 1],
      ]),
    ).toBeUndefined()
  })
})
