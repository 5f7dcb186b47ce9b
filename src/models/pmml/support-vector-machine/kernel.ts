import { exp } from '../functions/exponential.ts'
import type { Kernel } from './support-vector-machine-plan.ts'

/** How alike a row is to the vector that begins at `first` in `vectors`. */
export type RunKernel = (row: Float64Array, vectors: Float64Array, first: number) => number

/** The kernels (PMML 4.4.1, SupportVectorMachine, kernel types). */
export function compileKernel({ kind, gamma, coef0, degree }: Kernel): RunKernel {
  switch (kind) {
    case 'LinearKernelType':
      return dot
    case 'PolynomialKernelType':
      return (row, vectors, first) => (gamma * dot(row, vectors, first) + coef0) ** degree
    case 'RadialBasisKernelType':
      return (row, vectors, first) => exp(-gamma * squaredDistance(row, vectors, first))
    case 'SigmoidKernelType':
      return (row, vectors, first) => Math.tanh(gamma * dot(row, vectors, first) + coef0)
  }
}

function dot(row: Float64Array, vectors: Float64Array, first: number): number {
  let sum = 0
  for (let i = 0; i < row.length; i++) sum += row[i]! * vectors[first + i]!
  return sum
}

function squaredDistance(row: Float64Array, vectors: Float64Array, first: number): number {
  let sum = 0
  for (let i = 0; i < row.length; i++) {
    const difference = row[i]! - vectors[first + i]!
    sum += difference * difference
  }
  return sum
}
