import { SluiceError } from '../../../core/errors.ts'
import type { ModelContext } from '../assembly/model-compiler.ts'
import { interpolation } from '../expressions/compile-norm-continuous.ts'
import type { DerivedField, Expression, NormContinuous, NormDiscrete } from '../expressions/expression.ts'
import type { NeuralNetworkPlan } from './neural-network-plan.ts'

type OutputField = NeuralNetworkPlan['outputs'][number]['field']

/**
 * From a neuron's activation to the target's value: the inverse of how the target is normalized, through all derived fields between it
 * and the neuron (PMML 4.4.1, NeuralNetwork, NeuralOutputs). Throws `model.unsupported` where there is no inverse.
 */
export function denormalization(output: OutputField, context: ModelContext): (activation: number) => number {
  const inverses = chainOf(output, context).map((link) => {
    if (link.kind === 'NormContinuous') return interpolation(link.norm, link.orig, link.outliers)
    throw unsupported(`a <NeuralOutput> with <${link.kind}> for regression`)
  })
  const [only] = inverses
  if (only !== undefined && inverses.length === 1) return only
  return (activation) => inverses.reduce((value, inverse) => inverse(value), activation)
}

/** The category whose share a neuron's activation is. Throws `model.unsupported` where it is not that of one of the target's. */
export function categoryOf(output: OutputField, context: ModelContext): string {
  const [link, ...more] = chainOf(output, context)
  if (link?.kind === 'NormDiscrete' && more.length === 0) return link.value
  const kind = more[0]?.kind ?? link?.kind
  throw unsupported(`a <NeuralOutput> ${kind === undefined ? 'without <NormDiscrete>' : `with <${kind}>`} for classification`)
}

/** What is done to the target on its way to a neuron, from the neuron back to the target; references alone do nothing. */
function chainOf(output: OutputField, context: ModelContext): readonly (NormContinuous | NormDiscrete)[] {
  const links: (NormContinuous | NormDiscrete)[] = []
  const seen = new Set<DerivedField>()
  let expression: Expression = output.expression
  let { scope } = context
  let from: DerivedField | undefined
  for (;;) {
    if (expression.kind === 'NormContinuous' || expression.kind === 'NormDiscrete') links.push(expression)
    else if (expression.kind !== 'FieldRef') throw unsupported(`a <NeuralOutput> with <${expression.kind}>`)
    const derivation = scope.derivationOf(expression.field, from)
    if (derivation === undefined) {
      requireTarget(expression.field, context)
      return links
    }
    from = derivation.field
    if (seen.has(from))
      throw new SluiceError('model.malformed', `the field '${from.name}' is derived from itself`, { details: { field: from.name } })
    seen.add(from)
    expression = from.expression
    scope = derivation.scope
  }
}

function requireTarget(name: string, { target, fields }: ModelContext): void {
  if (target === undefined ? fields.has(name) : target.name === name) return
  throw unsupported(`a <NeuralOutput> of the field '${name}', which is neither the target nor derived from it,`)
}

function unsupported(what: string): SluiceError {
  return new SluiceError('model.unsupported', `${what} is not supported`)
}
