import { exp } from '../functions/exponential.ts'
import { singleExp, singleLogistic } from '../regression/link.ts'
import type { Activation } from './neural-network-plan.ts'

/** The activation functions (PMML 4.4.1, NeuralNetwork, ACTIVATION-FUNCTION) that depend on the weighted sum alone. */
export const ACTIVATION_FUNCTIONS: Readonly<Record<Exclude<Activation, 'threshold' | 'radialBasis'>, (z: number) => number>> = {
  logistic: (z) => 1 / (1 + exp(-z)),
  tanh: Math.tanh,
  identity: (z) => z,
  exponential: exp,
  reciprocal: (z) => 1 / z,
  square: (z) => z * z,
  Gauss: (z) => exp(-(z * z)),
  sine: Math.sin,
  cosine: Math.cos,
  Elliott: (z) => z / (1 + Math.abs(z)),
  arctan: (z) => (2 * Math.atan(z)) / Math.PI,
  rectifier: (z) => (z > 0 || Number.isNaN(z) ? z : 0),
}

/** The same with 32-bit floats, where that is more than rounding the result. */
export const SINGLE_ACTIVATIONS: Partial<typeof ACTIVATION_FUNCTIONS> = {
  logistic: singleLogistic,
  exponential: singleExp,
  Gauss: (z) => singleExp(-Math.fround(z * z)),
}
