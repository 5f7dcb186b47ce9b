import { SluiceError } from '../../../core/errors.ts'
import type { ModelContext } from '../assembly/model-compiler.ts'
import { interpolation } from '../expressions/compile-norm-continuous.ts'
import type { DerivedField, Expression, NormContinuous, NormDiscrete } from '../expressions/expression.ts'
import type { NeuralNetworkPlan } from './neural-network-plan.ts'

type OutputField = NeuralNetworkPlan['outputs'][number]['field']

/** What a neuron's activation says of which target (PMML 4.4.1, NeuralNetwork, NeuralOutputs). */
export type NeuralAnswer = { readonly field: string } & (
  | { readonly kind: 'number'; readonly denormalize: (activation: number) => number }
  | { readonly kind: 'class'; readonly category: string }
)

/**
 * For a number: the inverse of how the target is normalized, through all derived fields between it and the neuron. For a class: the
 * category whose share the activation is. Throws `model.unsupported` where it is neither.
 */
export function neuralAnswer(output: OutputField, context: ModelContext): NeuralAnswer {
  const { links, field } = chainOf(output, context)
  const [first, ...more] = links
  if (first?.kind === 'NormDiscrete' && more.length === 0) return { kind: 'class', category: first.value, field }
  const inverses = links.map((link) => {
    if (link.kind === 'NormContinuous') return inverseOf(link)
    throw unsupported(`a <NeuralOutput> with <${link.kind}> among others`)
  })
  const [only] = inverses
  const denormalize =
    only !== undefined && inverses.length === 1
      ? only
      : (activation: number) => inverses.reduce((value, inverse) => inverse(value), activation)
  return { kind: 'number', denormalize, field }
}

function inverseOf({ norm, orig, outliers }: NormContinuous): (value: number) => number {
  const falls = norm[0]! > norm.at(-1)!
  return falls ? interpolation(norm.toReversed(), orig.toReversed(), outliers) : interpolation(norm, orig, outliers)
}

/** What is done to the target on its way to a neuron, from the neuron back to the target; references alone do nothing. */
function chainOf(output: OutputField, context: ModelContext): { links: readonly (NormContinuous | NormDiscrete)[]; field: string } {
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
      return { links, field: expression.field }
    }
    from = derivation.field
    if (seen.has(from))
      throw new SluiceError('model.malformed', `the field '${from.name}' is derived from itself`, { details: { field: from.name } })
    seen.add(from)
    expression = from.expression
    scope = derivation.scope
  }
}

function requireTarget(name: string, { target, fields, head }: ModelContext): void {
  if (target === undefined ? fields.has(name) : head.miningFields.some((field) => field.usage === 'target' && field.name === name)) return
  throw unsupported(`a <NeuralOutput> of the field '${name}', which is neither the target nor derived from it,`)
}

function unsupported(what: string): SluiceError {
  return new SluiceError('model.unsupported', `${what} is not supported`)
}
