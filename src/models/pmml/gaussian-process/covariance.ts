import { exp } from '../functions/exponential.ts'
import type { CovarianceKernel } from './gaussian-process-plan.ts'

/** The covariance of two points, each of which begins somewhere in an array. */
export function covariance(kernel: CovarianceKernel): (x: Float64Array, a: number, z: Float64Array, b: number) => number {
  const { gamma, factor, degree, lambda } = kernel
  return (x, a, z, b) => {
    let sum = 0
    for (let i = 0; i < lambda.length; i++) {
      const distance = Math.abs(x[a + i]! - z[b + i]!) / lambda[i]!
      sum += degree === 2 ? distance * distance : degree === 1 ? distance : distance ** degree
    }
    return gamma * exp(-factor * sum)
  }
}

/** Where row i of a lower triangle begins. */
export function rowOfTriangle(i: number): number {
  return (i * (i + 1)) / 2
}

/**
 * Turns the lower triangle of a symmetric matrix, in place, into the L of its Cholesky decomposition L L'. Answers false where the
 * matrix is not positive definite.
 */
export function decompose(triangle: Float64Array, size: number): boolean {
  for (let i = 0; i < size; i++) {
    const row = rowOfTriangle(i)
    for (let j = 0; j <= i; j++) {
      const other = rowOfTriangle(j)
      let sum = triangle[row + j]!
      for (let k = 0; k < j; k++) sum -= triangle[row + k]! * triangle[other + k]!
      if (i !== j) triangle[row + j] = sum / triangle[other + j]!
      else if (sum > 0) triangle[row + j] = Math.sqrt(sum)
      else return false
    }
  }
  return true
}

/** Solves L x = b in place. */
export function solveLower(triangle: Float64Array, b: Float64Array): void {
  for (let i = 0; i < b.length; i++) {
    const row = rowOfTriangle(i)
    let sum = b[i]!
    for (let k = 0; k < i; k++) sum -= triangle[row + k]! * b[k]!
    b[i] = sum / triangle[row + i]!
  }
}

/** Solves L' x = b in place. */
export function solveUpper(triangle: Float64Array, b: Float64Array): void {
  for (let i = b.length - 1; i >= 0; i--) {
    let sum = b[i]!
    for (let k = i + 1; k < b.length; k++) sum -= triangle[rowOfTriangle(k) + i]! * b[k]!
    b[i] = sum / triangle[rowOfTriangle(i) + i]!
  }
}
