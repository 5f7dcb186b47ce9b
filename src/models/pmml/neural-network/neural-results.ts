import type { ModelContext } from '../assembly/model-compiler.ts'
import { createClasses, largest, type Prediction, takeClassPrediction, type TargetField } from '../assembly/prediction.ts'
import type { NeuralNetworkPlan } from './neural-network-plan.ts'
import type { NeuralAnswer } from './neural-output.ts'

/** What a network predicts for one target. */
export interface NeuralResult {
  readonly target: TargetField | undefined
  readonly prediction: Prediction
  /** Leaves the result in its cells. `values` are the activations of all neurons. */
  readonly write: (values: Float64Array, cells: Float64Array, at: number) => void
}

export type NeuralNumber = Extract<NeuralAnswer, { kind: 'number' }> & { readonly neuron: number }
export type NeuralClass = Extract<NeuralAnswer, { kind: 'class' }> & { readonly neuron: number }

export function numberResult(
  { denormalize, neuron }: NeuralNumber,
  target: TargetField | undefined,
  { assembly, head }: ModelContext,
): NeuralResult {
  const value = assembly.takeResult()
  return {
    target,
    prediction: { kind: 'number', value, type: head.singlePrecision ? 'float' : 'double' },
    write: (values, cells, at) => {
      cells[at + value] = denormalize(values[neuron]!)
    },
  }
}

export function classResult(
  answers: readonly NeuralClass[],
  plan: NeuralNetworkPlan,
  { target, context }: { target: TargetField | undefined; context: ModelContext },
): NeuralResult {
  const { assembly, head } = context
  const categories = answers.map((answer) => answer.category)
  const classes = createClasses(target, categories, assembly)
  const asked = head.wantsEntity === true || head.outputFields.some((field) => field.feature === 'entityId')
  const entity = asked ? assembly.takeResult() : undefined
  const prediction = { ...takeClassPrediction(classes, assembly), ...(entity !== undefined && { entity }) }
  const { winner, probabilities } = prediction
  const order = Int32Array.from(categories, (category) => classes.indexOf(category))
  const neurons = Int32Array.from(answers, (answer) => answer.neuron)
  const ids = entity === undefined ? undefined : Float64Array.from(neurons, (neuron) => assembly.pool.code(plan.ids[neuron]!))
  const size = classes.texts.length
  return {
    target,
    prediction,
    write: (values, cells, at) => {
      const first = at + probabilities
      for (let i = 0; i < size; i++) cells[first + i] = 0
      let missing = false
      for (let i = 0; i < order.length; i++) {
        const activation = values[neurons[i]!]!
        cells[first + order[i]!] = activation
        if (Number.isNaN(activation)) missing = true
      }
      if (missing) cells.fill(NaN, first, first + size)
      cells[at + winner] = largest(cells, first, size)
      if (entity !== undefined) cells[at + entity] = missing ? NaN : ids![order.indexOf(cells[at + winner]!)]!
    },
  }
}
