import { SluiceError } from '../../../core/errors.ts'
import { cast } from '../assembly/convert.ts'
import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { createClasses, largest, takeClassPrediction } from '../assembly/prediction.ts'
import { compileExpression } from '../expressions/compile-expression.ts'
import { compileLayer, type RunLayer } from './layer.ts'
import { categoryOf, denormalization } from './neural-output.ts'
import type { NeuralNetworkPlan } from './neural-network-plan.ts'

/** Puts a NeuralNetwork together (PMML 4.4.1, NeuralNetwork). A missing input makes the result missing. */
export function compileNeuralNetwork(plan: NeuralNetworkPlan, context: ModelContext): ModelBody {
  const values = new Float64Array(plan.ids.length)
  const run = compileForward(plan, context, values)
  return plan.head.functionName === 'regression'
    ? regression(plan, context, { values, run })
    : classification(plan, context, { values, run })
}

interface Network {
  /** Activations of all neurons for the row that ran last. */
  readonly values: Float64Array
  readonly run: (cells: Float64Array, at: number) => void
}

function compileForward(plan: NeuralNetworkPlan, { scope, assembly, head }: ModelContext, values: Float64Array): Network['run'] {
  const inputs = plan.inputs.map((input) => {
    const value = cast(compileExpression(input.expression, scope), input.dataType, assembly)
    return cast(value, head.singlePrecision ? 'float' : 'double', assembly).run
  })
  const layers: RunLayer[] = []
  let first = inputs.length
  for (const layer of plan.layers) {
    layers.push(compileLayer(layer, first, head.singlePrecision))
    first += layer.neurons
  }
  return (cells, at) => {
    for (let i = 0; i < inputs.length; i++) values[i] = inputs[i]!(cells, at)
    for (let i = 0; i < layers.length; i++) layers[i]!(values)
  }
}

function regression(plan: NeuralNetworkPlan, context: ModelContext, { values, run }: Network): ModelBody {
  const output = plan.outputs[0]
  if (output === undefined || plan.outputs.length > 1) {
    throw new SluiceError(
      'model.unsupported',
      `a <NeuralNetwork> for regression with ${plan.outputs.length} outputs is not supported; it must have 1`,
    )
  }
  const value = context.assembly.takeResult()
  const denormalize = denormalization(output.field, context)
  const { neuron } = output
  return {
    prediction: { kind: 'number', value, type: context.head.singlePrecision ? 'float' : 'double' },
    evaluator: {
      row: (cells, at) => {
        run(cells, at)
        cells[at + value] = denormalize(values[neuron]!)
      },
    },
  }
}

function classification(plan: NeuralNetworkPlan, context: ModelContext, { values, run }: Network): ModelBody {
  const categories = plan.outputs.map((output) => categoryOf(output.field, context))
  const classes = createClasses(context.target, categories, context.assembly)
  const entity = context.head.outputFields.some((field) => field.feature === 'entityId') ? context.assembly.takeResult() : undefined
  const prediction = { ...takeClassPrediction(classes, context.assembly), ...(entity !== undefined && { entity }) }
  const { winner, probabilities } = prediction
  const order = Int32Array.from(categories, (category) => classes.indexOf(category))
  const neurons = Int32Array.from(plan.outputs, (output) => output.neuron)
  const ids = entity === undefined ? undefined : Float64Array.from(neurons, (neuron) => context.assembly.pool.code(plan.ids[neuron]!))
  const size = classes.texts.length
  return {
    prediction,
    evaluator: {
      row: (cells, at) => {
        run(cells, at)
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
    },
  }
}
