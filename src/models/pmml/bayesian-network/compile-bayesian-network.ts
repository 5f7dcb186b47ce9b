import { SluiceError } from '../../../core/errors.ts'
import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { createClasses, largest, takeClassPrediction } from '../assembly/prediction.ts'
import type { BayesianNetworkPlan } from './bayesian-network-plan.ts'
import { eliminated, type Factor, fixed, productOf } from './factor.ts'
import { compileNetwork, type Evidence, type Variable } from './network.ts'

/**
 * Puts a BayesianNetworkModel together: the result is the target's distribution given what the record has, computed exactly by
 * eliminating what it has not. A value that the network does not know is as good as none.
 */
export function compileBayesianNetwork(plan: BayesianNetworkPlan, context: ModelContext): ModelBody {
  const { assembly, target, scope } = context
  scope.derive(plan.derivedFields)
  const { variables, evidence } = compileNetwork(plan, context)
  const goal = variables.findIndex(({ node }) => node.name === target?.name)
  if (goal < 0)
    throw new SluiceError('model.unsupported', 'a <BayesianNetworkModel> whose target is not one of its discrete nodes is not supported')
  const { values } = variables[goal]!.node
  const classes = createClasses(target, values, assembly)
  const prediction = takeClassPrediction(classes, assembly)
  const order = Int32Array.from(values, (value) => classes.indexOf(value))
  const size = classes.texts.length
  return {
    prediction,
    evaluator: {
      row: (cells, at) => {
        const first = at + prediction.probabilities
        const shares = posterior({ variables, evidence, goal }, cells, at)
        cells.fill(shares === undefined ? NaN : 0, first, first + size)
        if (shares !== undefined) for (let i = 0; i < order.length; i++) cells[first + order[i]!] = shares[i]!
        cells[at + prediction.winner] = largest(cells, first, size)
      },
    },
  }
}

/** The target's distribution; undefined where the record is impossible, or where computing it would take too much. */
function posterior(
  network: { variables: readonly Variable[]; evidence: readonly Evidence[]; goal: number },
  cells: Float64Array,
  at: number,
): Float64Array | undefined {
  const { variables, evidence, goal } = network
  const sizes = variables.map(({ node }) => node.values.length)
  const observed = variables.map((variable, i) => (i === goal ? NaN : (variable.observed?.(cells, at) ?? NaN)))
  const known = evidence.filter((one) => !Number.isNaN(one.observed(cells, at)))
  const relevant = ancestorsOf(variables, [
    goal,
    ...observed.flatMap((value, i) => (Number.isNaN(value) ? [] : [i])),
    ...known.flatMap((one) => one.parents),
  ])
  let factors: Factor[] = [
    ...[...relevant].map((i) => variables[i]!.factor),
    ...known.map((one) => ({ variables: one.parents, values: one.densities(cells, at) })),
  ].map((factor) => observed.reduce((rest, value, i) => (Number.isNaN(value) ? rest : fixed(rest, i, value, sizes)), factor))
  const hidden = new Set([...relevant].filter((i) => i !== goal && Number.isNaN(observed[i]!)))
  while (hidden.size > 0) {
    const next = cheapest(hidden, factors, sizes)
    hidden.delete(next)
    const merged = eliminated(
      factors.filter((factor) => factor.variables.includes(next)),
      next,
      sizes,
    )
    if (merged === undefined) return undefined
    factors = [...factors.filter((factor) => !factor.variables.includes(next)), merged]
  }
  const result = productOf(factors, [goal], sizes)!.values
  const total = result.reduce((sum, value) => sum + value, 0)
  return total > 0 && Number.isFinite(total) ? result.map((value) => value / total) : undefined
}

/** The variable whose elimination makes the smallest table. */
function cheapest(hidden: ReadonlySet<number>, factors: readonly Factor[], sizes: readonly number[]): number {
  let [best, least] = [-1, Infinity]
  for (const variable of hidden) {
    const joined = new Set(factors.flatMap((factor) => (factor.variables.includes(variable) ? factor.variables : [])))
    let size = 1
    for (const one of joined) size *= sizes[one]!
    if (size < least) [best, least] = [variable, size]
  }
  return best
}

/** What the rest of the network says of nodes: they and all above them; what is below and not known says nothing. */
function ancestorsOf(variables: readonly Variable[], start: readonly number[]): ReadonlySet<number> {
  const found = new Set<number>()
  const pending = [...start]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(next)) continue
    found.add(next)
    pending.push(...variables[next]!.parents)
  }
  return found
}
