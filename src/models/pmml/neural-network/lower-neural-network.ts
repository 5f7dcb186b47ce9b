import { derivedFieldIn } from '../expressions/lower-derived-field.ts'
import type { ModelHead } from '../model-plan.ts'
import { choice, real, requiredChoice, requiredReal, requiredText } from '../xml/attributes.ts'
import { childrenOf, type Element, malformed, requiredChild } from '../xml/element.ts'
import { ACTIVATIONS, NEURAL_NORMALIZATIONS, type NeuralLayer, type NeuralNetworkPlan } from './neural-network-plan.ts'

export function lowerNeuralNetwork(element: Element, head: ModelHead): NeuralNetworkPlan {
  const neurons = new Map<string, number>()
  const add = (neuron: Element): void => {
    const id = requiredText(neuron, 'id')
    if (neurons.has(id)) throw malformed(neuron, `has id="${id}", which another neuron has too`)
    neurons.set(id, neurons.size)
  }
  const inputs = childrenOf(requiredChild(element, 'NeuralInputs'), 'NeuralInput')
  for (const input of inputs) add(input)
  const layers: NeuralLayer[] = []
  for (const layer of childrenOf(element, 'NeuralLayer')) {
    layers.push(lowerLayer(layer, element, neurons))
    for (const neuron of childrenOf(layer, 'Neuron')) add(neuron)
  }
  if (layers.length === 0) throw malformed(element, 'needs a <NeuralLayer>')
  return {
    kind: 'NeuralNetwork',
    head,
    inputs: inputs.map(derivedFieldIn),
    layers,
    outputs: childrenOf(requiredChild(element, 'NeuralOutputs'), 'NeuralOutput').map((output) => ({
      neuron: neuronOf(output, requiredText(output, 'outputNeuron'), neurons),
      field: derivedFieldIn(output),
    })),
    ids: [...neurons.keys()],
  }
}

function lowerLayer(element: Element, network: Element, known: ReadonlyMap<string, number>): NeuralLayer {
  const activation = choice(element, 'activationFunction', { of: ACTIVATIONS, fallback: undefined })
  const normalization = { of: NEURAL_NORMALIZATIONS, fallback: undefined } as const
  const neurons = childrenOf(element, 'Neuron')
  const inherited = (neuron: Element, name: string): number => real(neuron, name) ?? real(element, name) ?? real(network, name) ?? NaN
  const connections: number[] = [0]
  const from: number[] = []
  const weight: number[] = []
  for (const neuron of neurons) {
    for (const connection of childrenOf(neuron, 'Con')) {
      from.push(neuronOf(connection, requiredText(connection, 'from'), known))
      weight.push(requiredReal(connection, 'weight'))
    }
    connections.push(from.length)
  }
  return {
    activation: activation ?? requiredChoice(network, 'activationFunction', ACTIVATIONS),
    normalization: choice(element, 'normalizationMethod', normalization) ?? choice(network, 'normalizationMethod', normalization) ?? 'none',
    threshold: real(element, 'threshold') ?? real(network, 'threshold') ?? 0,
    neurons: neurons.length,
    bias: Float64Array.from(neurons, (neuron) => real(neuron, 'bias') ?? 0),
    width: Float64Array.from(neurons, (neuron) => inherited(neuron, 'width')),
    altitude: Float64Array.from(neurons, (neuron) => nanTo(inherited(neuron, 'altitude'), 1)),
    connections: Int32Array.from(connections),
    from: Int32Array.from(from),
    weight: Float64Array.from(weight),
  }
}

function neuronOf(element: Element, id: string, known: ReadonlyMap<string, number>): number {
  const neuron = known.get(id)
  if (neuron === undefined) throw malformed(element, `names the neuron '${id}', which no layer before it has`)
  return neuron
}

function nanTo(value: number, replacement: number): number {
  return Number.isNaN(value) ? replacement : value
}
