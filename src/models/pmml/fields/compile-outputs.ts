import { SluiceError } from '../../../core/errors.ts'
import { cast } from '../assembly/convert.ts'
import type { ModelBody, NamedOutput, ResultFeatures } from '../assembly/model-compiler.ts'
import { cellOperand, type Operand } from '../assembly/operand.ts'
import { predictedOperand } from '../assembly/predicted-operand.ts'
import type { Prediction, TargetField } from '../assembly/prediction.ts'
import type { Scope } from '../assembly/scope.ts'
import type { OutputField, ResultFeature } from './output-field.ts'

/** What an output is taken from: a model's result, or that of one of its segments. */
export interface OutputSource {
  readonly prediction: Prediction
  readonly target: TargetField | undefined
  readonly features?: ResultFeatures
  /** The outputs of the model itself. */
  readonly outputs?: readonly NamedOutput[]
}

type Feature = (field: OutputField, source: OutputSource, scope: Scope) => Operand

/** The result features (PMML 4.4.1, Output, RESULT-FEATURE). */
const FEATURES: Partial<Readonly<Record<ResultFeature, Feature>>> = {
  predictedValue: (_, { prediction, target }, scope) => predictedOperand(prediction, target, scope.assembly),
  predictedDisplayValue: displayValue,
  transformedValue: computed,
  decision: computed,
  probability: (field, { prediction }) => share(field, prediction, 'probabilities'),
  confidence: (field, { prediction }) => share(field, prediction, 'confidences'),
  residual,
  entityId: (field, { prediction }) => {
    if (prediction.kind === 'text' || prediction.entity === undefined || field.rank !== 1) throw unavailable(field)
    return cellOperand('string', prediction.entity)
  },
}

/** Older and more special names of a feature. */
const SYNONYMS: Partial<Readonly<Record<ResultFeature, ResultFeature>>> = {
  clusterId: 'entityId',
  entityAffinity: 'affinity',
  clusterAffinity: 'affinity',
}

/** What a field's feature is for its source: the model's own answer for it, else what all models have in common. */
function featureOf(field: OutputField, source: OutputSource, scope: Scope): Operand {
  const feature = SYNONYMS[field.feature] ?? field.feature
  const own = source.features?.[feature]
  if (own !== undefined) return own(field)
  const common = FEATURES[feature]
  if (common === undefined) throw unavailable(field)
  return common(field, source, scope)
}

/**
 * Puts a model's outputs together in the scope of its results, as steps of that scope. Later outputs see those before them.
 */
export function compileOutputs(
  fields: readonly OutputField[],
  own: OutputSource & Partial<Pick<ModelBody, 'segments'>> & { readonly targets?: ReadonlyMap<string, OutputSource> },
  scope: Scope,
): readonly NamedOutput[] {
  return fields.map((field) => {
    const source = sourceOf(field, own)
    if (source === undefined)
      throw new SluiceError('model.malformed', `the output '${field.name}' names segment '${field.segmentId}', which there is not`)
    const operand = cast(featureOf(field, source, scope), field.dataType, scope.assembly)
    const stored = operand.slot === undefined ? scope.store(operand) : operand
    scope.bind(field.name, stored)
    return { name: field.name, operand: stored }
  })
}

function sourceOf(field: OutputField, own: Parameters<typeof compileOutputs>[1]): OutputSource | undefined {
  if (field.segmentId !== undefined) return own.segments?.get(field.segmentId)
  return (field.targetField !== undefined && own.targets?.get(field.targetField)) || own
}

function computed(field: OutputField, source: OutputSource, scope: Scope): Operand {
  // Of a segment, it is the output that `value` names.
  const named =
    field.segmentId !== undefined && field.expression === undefined ? source.outputs?.find(({ name }) => name === field.value) : undefined
  if (named !== undefined) return named.operand
  if (field.expression === undefined)
    throw new SluiceError('model.malformed', `the output '${field.name}' with feature="${field.feature}" needs an expression`)
  return scope.assembly.compile(field.expression, scope)
}

/** The actual value less the predicted one; for a class, whether it is the predicted one less that one's probability. */
function residual(field: OutputField, { prediction, target }: OutputSource, scope: Scope): Operand {
  const actual = target === undefined ? undefined : scope.assembly.actualValues.get(target.name)
  if (actual === undefined) throw unavailable(field)
  const { run } = actual
  if (prediction.kind === 'number') {
    const { value } = prediction
    return { type: 'double', run: (cells, at) => run(cells, at) - cells[at + value]! }
  }
  const predicted = predictedOperand(prediction, target, scope.assembly).run
  const probability = share(field, prediction, 'probabilities').run
  return {
    type: 'double',
    run: (cells, at) => {
      const value = run(cells, at)
      return Number.isNaN(value) ? NaN : (value === predicted(cells, at) ? 1 : 0) - probability(cells, at)
    },
  }
}

function displayValue(_: OutputField, { prediction, target }: OutputSource, scope: Scope): Operand {
  const predicted = predictedOperand(prediction, target, scope.assembly)
  if (prediction.kind !== 'class') return predicted
  const { winner, classes } = prediction
  const shown = Float64Array.from(classes.texts, (text) => scope.assembly.pool.code(target?.displayValues[text] ?? text))
  return {
    type: 'string',
    run: (cells, at) => {
      const index = cells[at + winner]!
      return Number.isNaN(index) ? NaN : shown[index]!
    },
  }
}

/** The share of the class that the field names, or else of the predicted one. */
function share(field: OutputField, prediction: Prediction, what: 'probabilities' | 'confidences'): Operand {
  if (prediction.kind !== 'class') throw unavailable(field)
  const { confidences, withoutProbabilities } = prediction
  if (withoutProbabilities === true && (what === 'probabilities' || confidences === undefined)) throw unavailable(field)
  const { winner, classes } = prediction
  const first = prediction[what] ?? prediction.probabilities
  if (field.value !== undefined) {
    const index = classes.indexOf(field.value)
    if (index >= 0) return cellOperand('double', first + index)
    return { type: 'double', run: (cells, at) => (Number.isNaN(cells[at + winner]!) ? NaN : 0) }
  }
  return {
    type: 'double',
    run: (cells, at) => {
      const index = cells[at + winner]!
      return Number.isNaN(index) ? NaN : cells[at + first + index]!
    },
  }
}

function unavailable(field: OutputField): SluiceError {
  return new SluiceError('model.unsupported', `the output '${field.name}' with feature="${field.feature}" is not supported for this model`)
}
