import { exp } from '../functions/exponential.ts'
import { roundingOf, simplemax, softmax } from '../regression/link.ts'
import { ACTIVATION_FUNCTIONS, SINGLE_ACTIVATIONS } from './activation.ts'
import type { NeuralLayer } from './neural-network-plan.ts'
import { compileSums } from './weighted-sums.ts'

/** Computes a layer's neurons, from `first` on, from the neurons before them. `values` holds the whole network's. */
export type RunLayer = (values: Float64Array) => void

export function compileLayer(layer: NeuralLayer, first: number, singlePrecision: boolean): RunLayer {
  const { neurons, normalization } = layer
  const round = roundingOf(singlePrecision)
  const activate = layer.activation === 'radialBasis' ? radialBasis(layer, first) : weightedSums(layer, first, singlePrecision)
  if (normalization === 'none') return activate
  const normalize = normalization === 'softmax' ? softmax : simplemax
  const span = { first, count: neurons }
  return (values) => {
    activate(values)
    normalize(values, span, round)
  }
}

function weightedSums(layer: NeuralLayer, first: number, singlePrecision: boolean): RunLayer {
  const { neurons, threshold } = layer
  const end = first + neurons
  const sum = compileSums(layer, first, singlePrecision)
  if (layer.activation === 'identity') return sum
  if (layer.activation === 'logistic' && !singlePrecision) {
    return (values) => {
      sum(values)
      for (let n = first; n < end; n++) values[n] = 1 / (1 + exp(-values[n]!))
    }
  }
  const activation =
    layer.activation === 'threshold' || layer.activation === 'radialBasis'
      ? (z: number): number => (Number.isNaN(z) ? NaN : z > threshold ? 1 : 0)
      : ((singlePrecision ? SINGLE_ACTIVATIONS[layer.activation] : undefined) ?? ACTIVATION_FUNCTIONS[layer.activation])
  const round = roundingOf(singlePrecision)
  return (values) => {
    sum(values)
    for (let n = first; n < end; n++) values[n] = round(activation(values[n]!))
  }
}

/** exp(f * log(altitude) - z), where z is the squared distance over twice the squared width and f the number of connections. */
function radialBasis(layer: NeuralLayer, first: number): RunLayer {
  const { neurons, connections, from, weight, width, altitude } = layer
  return (values) => {
    for (let n = 0; n < neurons; n++) {
      let distance = 0
      for (let c = connections[n]!; c < connections[n + 1]!; c++) distance += (weight[c]! - values[from[c]!]!) ** 2
      const fanIn = connections[n + 1]! - connections[n]!
      values[first + n] = exp(fanIn * Math.log(altitude[n]!) - distance / (2 * width[n]! ** 2))
    }
  }
}
