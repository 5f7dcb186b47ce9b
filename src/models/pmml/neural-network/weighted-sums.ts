import type { NeuralLayer } from './neural-network-plan.ts'

/** Writes each neuron's sum of bias and weighted activations, from `first` on. The connections are added in their order, the bias last. */
export type RunSums = (values: Float64Array) => void

/** Neurons whose sums run side by side, because an addition waits for the one before it. */
const ABREAST = 4

export function compileSums(layer: NeuralLayer, first: number, singlePrecision: boolean): RunSums {
  if (singlePrecision) return singleSums(layer, first)
  return isDense(layer) ? denseSums(layer, first) : sparseSums(layer, first)
}

/** Whether all neurons are connected to the same ones, in the same order. */
function isDense({ neurons, connections, from }: NeuralLayer): boolean {
  const width = connections[1] ?? 0
  for (let n = 0; n < neurons; n++) {
    if (connections[n + 1]! - connections[n]! !== width) return false
    for (let c = 0; c < width; c++) if (from[n * width + c] !== from[c]) return false
  }
  return neurons > 0
}

function denseSums({ neurons, bias, connections, from, weight }: NeuralLayer, first: number): RunSums {
  const width = connections[1]!
  const groups = Math.ceil(neurons / ABREAST)
  // Per group and connection: the weights of the group's neurons, zero where there is none.
  const weights = new Float64Array(groups * width * ABREAST)
  for (let n = 0; n < neurons; n++) {
    const group = Math.floor(n / ABREAST)
    for (let c = 0; c < width; c++) weights[(group * width + c) * ABREAST + (n % ABREAST)] = weight[n * width + c]!
  }
  const sources = from.slice(0, width)
  return (values) => {
    for (let n = 0, at = 0; n < neurons; n += ABREAST) {
      let a = 0
      let b = 0
      let c = 0
      let d = 0
      for (let i = 0; i < width; i++, at += ABREAST) {
        const value = values[sources[i]!]!
        a += weights[at]! * value
        b += weights[at + 1]! * value
        c += weights[at + 2]! * value
        d += weights[at + 3]! * value
      }
      values[first + n] = a + bias[n]!
      if (n + 1 < neurons) values[first + n + 1] = b + bias[n + 1]!
      if (n + 2 < neurons) values[first + n + 2] = c + bias[n + 2]!
      if (n + 3 < neurons) values[first + n + 3] = d + bias[n + 3]!
    }
  }
}

function sparseSums({ neurons, bias, connections, from, weight }: NeuralLayer, first: number): RunSums {
  return (values) => {
    for (let n = 0; n < neurons; n++) {
      let sum = 0
      for (let c = connections[n]!; c < connections[n + 1]!; c++) sum += weight[c]! * values[from[c]!]!
      values[first + n] = sum + bias[n]!
    }
  }
}

/** Every step is rounded to a 32-bit float. */
function singleSums({ neurons, connections, from, ...layer }: NeuralLayer, first: number): RunSums {
  const weight = layer.weight.map(Math.fround)
  const bias = layer.bias.map(Math.fround)
  return (values) => {
    for (let n = 0; n < neurons; n++) {
      let sum = 0
      for (let c = connections[n]!; c < connections[n + 1]!; c++) sum = Math.fround(sum + Math.fround(weight[c]! * values[from[c]!]!))
      values[first + n] = Math.fround(sum + bias[n]!)
    }
  }
}
