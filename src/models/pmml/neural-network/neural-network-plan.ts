import type { DerivedField } from '../expressions/expression.ts'
import type { ModelHead } from '../model-plan.ts'

export const ACTIVATIONS = [
  'threshold',
  'logistic',
  'tanh',
  'identity',
  'exponential',
  'reciprocal',
  'square',
  'Gauss',
  'sine',
  'cosine',
  'Elliott',
  'arctan',
  'rectifier',
  'radialBasis',
] as const
export type Activation = (typeof ACTIVATIONS)[number]

export const NEURAL_NORMALIZATIONS = ['none', 'simplemax', 'softmax'] as const

/** A NeuralNetwork (PMML 4.4.1, NeuralNetwork), as plain data. Neurons are numbered: the inputs first, then layer by layer. */
export interface NeuralNetworkPlan {
  readonly kind: 'NeuralNetwork'
  readonly head: ModelHead
  readonly inputs: readonly Omit<DerivedField, 'name'>[]
  readonly layers: readonly NeuralLayer[]
  readonly outputs: readonly { readonly neuron: number; readonly field: Omit<DerivedField, 'name'> }[]
  /** Per neuron: its id, for entityId. */
  readonly ids: readonly string[]
}

export interface NeuralLayer {
  readonly activation: Activation
  readonly normalization: (typeof NEURAL_NORMALIZATIONS)[number]
  readonly threshold: number
  readonly neurons: number
  readonly bias: Float64Array
  readonly width: Float64Array
  readonly altitude: Float64Array
  /** Where a neuron's connections begin in the columns below; one entry more than neurons. */
  readonly connections: Int32Array
  readonly from: Int32Array
  readonly weight: Float64Array
}
