import { expInPlace } from '../functions/exponential.ts'
import { sparseDistances } from './sparse-distances.ts'
import type { Kernel } from './support-vector-machine-plan.ts'
import { vectorBlock } from './vector-block.ts'

/** Says how alike a row is to each of some vectors, in their order. */
export type RunKernels = (row: Float64Array, alike: Float64Array) => void

/** Vectors that are compared side by side, because an addition waits for the one before it. */
const ABREAST = 4

/** Compares rows with some vectors, several rows at a time. */
export interface Kernels {
  /** The most rows that are compared at a time. */
  readonly most: number
  /** Where the rows are to be written, one after the other. */
  readonly rows: Float64Array
  /** Per row, `stride` numbers apart: how alike it is to each of the vectors, in their order. */
  readonly alike: Float64Array
  readonly stride: number
  readonly run: (rows: number) => void
}

/** The kernels (PMML 4.4.1, SupportVectorMachine, kernel types) of those of the vectors, `size` numbers each, that are used. */
export function compileKernels(kernel: Kernel, vectors: Float64Array, used: { numbers: Int32Array; size: number }): Kernels {
  const count = used.numbers.length
  const compared = vectorBlock(vectors, used, kernel.kind === 'RadialBasisKernelType') ?? oneByOne(kernel, vectors, used)
  const finish = finisher(kernel)
  if (finish === undefined) return compared
  const { alike, stride } = compared
  return {
    ...compared,
    run: (rows) => {
      compared.run(rows)
      for (let row = 0, at = 0; row < rows; row++, at += stride) finish(alike, at, at + count)
    },
  }
}

function oneByOne(kernel: Kernel, vectors: Float64Array, used: { numbers: Int32Array; size: number }): Kernels {
  const compare = comparisonOf(kernel, vectors, used)
  const [rows, alike] = [new Float64Array(used.size), new Float64Array(used.numbers.length)]
  return { most: 1, rows, alike, stride: alike.length, run: () => compare(rows, alike) }
}

function comparisonOf(kernel: Kernel, vectors: Float64Array, { numbers, size }: { numbers: Int32Array; size: number }): RunKernels {
  const count = numbers.length
  if (kernel.kind === 'RadialBasisKernelType') {
    const sparse = sparseDistances(vectors, numbers, size)
    if (sparse !== undefined) return sparse
  }
  // Per group and field: the values of the group's vectors.
  const groups = new Float64Array(Math.ceil(count / ABREAST) * size * ABREAST)
  for (let u = 0; u < count; u++) {
    const first = Math.floor(u / ABREAST) * size * ABREAST + (u % ABREAST)
    for (let i = 0; i < size; i++) groups[first + i * ABREAST] = vectors[numbers[u]! * size + i]!
  }
  return kernel.kind === 'RadialBasisKernelType' ? squaredDistances(groups, size, count) : dots(groups, size, count)
}

/** What is done to dot products or squared distances, in place. */
function finisher({ kind, gamma, coef0, degree }: Kernel): ((values: Float64Array, from: number, to: number) => void) | undefined {
  switch (kind) {
    case 'LinearKernelType':
      return undefined
    case 'PolynomialKernelType':
      return (values, from, to) => {
        for (let u = from; u < to; u++) values[u] = (gamma * values[u]! + coef0) ** degree
      }
    case 'RadialBasisKernelType':
      return (values, from, to) => expInPlace(values, { from, to, factor: -gamma })
    case 'SigmoidKernelType':
      return (values, from, to) => {
        for (let u = from; u < to; u++) values[u] = Math.tanh(gamma * values[u]! + coef0)
      }
  }
}

function dots(groups: Float64Array, size: number, count: number): RunKernels {
  return (row, alike) => {
    for (let u = 0, at = 0; u < count; u += ABREAST) {
      let a = 0
      let b = 0
      let c = 0
      let d = 0
      for (let i = 0; i < size; i++, at += ABREAST) {
        const value = row[i]!
        a += value * groups[at]!
        b += value * groups[at + 1]!
        c += value * groups[at + 2]!
        d += value * groups[at + 3]!
      }
      alike[u] = a
      if (u + 1 < count) alike[u + 1] = b
      if (u + 2 < count) alike[u + 2] = c
      if (u + 3 < count) alike[u + 3] = d
    }
  }
}

function squaredDistances(groups: Float64Array, size: number, count: number): RunKernels {
  return (row, alike) => {
    for (let u = 0, at = 0; u < count; u += ABREAST) {
      let a = 0
      let b = 0
      let c = 0
      let d = 0
      for (let i = 0; i < size; i++, at += ABREAST) {
        const value = row[i]!
        const p = value - groups[at]!
        const q = value - groups[at + 1]!
        const r = value - groups[at + 2]!
        const s = value - groups[at + 3]!
        a += p * p
        b += q * q
        c += r * r
        d += s * s
      }
      alike[u] = a
      if (u + 1 < count) alike[u + 1] = b
      if (u + 2 < count) alike[u + 2] = c
      if (u + 3 < count) alike[u + 3] = d
    }
  }
}
