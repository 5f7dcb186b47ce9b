import { SluiceError } from '../../../core/errors.ts'
import { cast } from '../assembly/convert.ts'
import type { ModelBody, ModelContext, OtherTarget } from '../assembly/model-compiler.ts'
import { type TargetField, targetOf } from '../assembly/prediction.ts'
import { compileExpression } from '../expressions/compile-expression.ts'
import { compileLayer, type RunLayer } from './layer.ts'
import { neuralAnswer } from './neural-output.ts'
import type { NeuralNetworkPlan } from './neural-network-plan.ts'
import { classResult, type NeuralClass, type NeuralNumber, type NeuralResult, numberResult } from './neural-results.ts'

/** Puts a NeuralNetwork together (PMML 4.4.1, NeuralNetwork). A missing input makes the result missing. It may have several targets. */
export function compileNeuralNetwork(plan: NeuralNetworkPlan, context: ModelContext): ModelBody {
  const values = new Float64Array(plan.ids.length)
  const run = compileForward(plan, context, values)
  const [first, ...others] = resultsOf(plan, context)
  if (first === undefined) throw new SluiceError('model.malformed', 'a <NeuralNetwork> needs a <NeuralOutput>')
  const results = [first, ...others]
  return {
    prediction: first.prediction,
    ...(first.target !== undefined && { target: first.target }),
    others: others.filter((result): result is NeuralResult & OtherTarget => result.target !== undefined),
    evaluator: {
      row: (cells, at) => {
        run(cells, at)
        for (let i = 0; i < results.length; i++) results[i]!.write(values, cells, at)
      },
    },
  }
}

/** A result for each target that outputs are of, in the order of the outputs. */
function resultsOf(plan: NeuralNetworkPlan, context: ModelContext): readonly NeuralResult[] {
  const byTarget = new Map<string, { numbers: NeuralNumber[]; classes: NeuralClass[] }>()
  for (const { neuron, field: output } of plan.outputs) {
    const answer = neuralAnswer(output, context)
    let group = byTarget.get(answer.field)
    if (group === undefined) byTarget.set(answer.field, (group = { numbers: [], classes: [] }))
    if (answer.kind === 'number') group.numbers.push({ ...answer, neuron })
    else group.classes.push({ ...answer, neuron })
  }
  return [...byTarget].map(([name, { numbers, classes }]) => {
    const target = targetNamed(name, context)
    const [number] = numbers
    if (number !== undefined && numbers.length === 1 && classes.length === 0 && plan.head.functionName !== 'classification')
      return numberResult(number, target, context)
    if (numbers.length === 0 && plan.head.functionName !== 'regression') return classResult(classes, plan, { target, context })
    const like = classes.length > 0 ? 'with <NormDiscrete>' : 'without <NormDiscrete>'
    const count = numbers.length + classes.length
    throw new SluiceError(
      'model.unsupported',
      `${count === 1 ? 'a <NeuralOutput>' : `${count} <NeuralOutput>s`} of '${name}' ${like} for ${plan.head.functionName} is not supported`,
    )
  })
}

function targetNamed(name: string, { target, fields, head }: ModelContext): TargetField | undefined {
  const data = fields.get(name)
  const declared = head.miningFields.some((field) => field.usage === 'target' && field.name === name)
  return declared && data !== undefined ? targetOf(data) : target
}

function compileForward(
  plan: NeuralNetworkPlan,
  { scope, assembly, head }: ModelContext,
  values: Float64Array,
): (cells: Float64Array, at: number) => void {
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
