import type { ModelHead } from '../model-plan.ts'

export const KERNELS = ['LinearKernelType', 'PolynomialKernelType', 'RadialBasisKernelType', 'SigmoidKernelType'] as const

/** A SupportVectorMachineModel (PMML 4.4.1, SupportVectorMachine), as plain data. */
export interface SupportVectorMachinePlan {
  readonly kind: 'SupportVectorMachineModel'
  readonly head: ModelHead
  readonly kernel: Kernel
  readonly fields: readonly VectorField[]
  /** All support vectors, one after the other, as many values each as there are fields. */
  readonly vectors: Float64Array
  readonly oneAgainstOne: boolean
  /** Where true the largest sum wins, else the smallest. */
  readonly maxWins: boolean
  readonly alternateBinaryCategory?: string
  readonly machines: readonly Machine[]
}

export interface Kernel {
  readonly kind: (typeof KERNELS)[number]
  readonly gamma: number
  readonly coef0: number
  readonly degree: number
}

/** A number, or whether a categorical field has a value. */
export interface VectorField {
  readonly field: string
  readonly value?: string
  readonly coefficient: number
}

export interface Machine {
  readonly category?: string
  readonly alternate?: string
  readonly threshold: number
  readonly intercept: number
  /** Per coefficient: the vector that it weighs; empty where coefficients weigh the fields themselves. */
  readonly supports: Int32Array
  readonly coefficients: Float64Array
}
