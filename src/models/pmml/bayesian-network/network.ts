import { SluiceError } from '../../../core/errors.ts'
import { comparedLiteral } from '../assembly/convert.ts'
import type { ModelContext } from '../assembly/model-compiler.ts'
import type { Evaluate } from '../assembly/operand.ts'
import type { BayesianNetworkPlan, ContinuousNode, DiscreteNode } from './bayesian-network-plan.ts'
import { DENSITIES } from './density.ts'
import type { Factor } from './factor.ts'

/** A discrete node as a variable: its number is its place among the discrete nodes. */
export interface Variable {
  readonly node: DiscreteNode
  readonly parents: readonly number[]
  readonly factor: Factor
  /** The index of the value that the record has; NaN where it has none; undefined where the record never has one. */
  readonly observed: Evaluate | undefined
}

/** A continuous node that the record has a value of. */
export interface Evidence {
  readonly parents: readonly number[]
  readonly observed: Evaluate
  /** Per combination of the parents' values: the density of the value. */
  densities(cells: Float64Array, at: number): Float64Array
}

/** The nodes of a network, put together. Throws `model.malformed` where a parent is not a discrete node, or nodes go in circles. */
export function compileNetwork(plan: BayesianNetworkPlan, context: ModelContext): { variables: Variable[]; evidence: Evidence[] } {
  const discrete = plan.nodes.filter((node) => node.kind === 'discrete')
  const numbers = new Map(discrete.map((node, i) => [node.name, i]))
  const parentsOf = (node: DiscreteNode | ContinuousNode): number[] =>
    node.parents.map((parent) => {
      const number = numbers.get(parent)
      if (number !== undefined) return number
      throw new SluiceError('model.malformed', `the node '${node.name}' has the parent '${parent}', which is not a discrete node`)
    })
  const variables = discrete.map((node): Variable => {
    const parents = parentsOf(node)
    const shares = new Float64Array(parents.reduce((product, one) => product * discrete[one]!.values.length, node.values.length))
    for (const row of node.rows) shares.set(row.probabilities, combinationOf(row.parentValues, parents, discrete) * node.values.length)
    return {
      node,
      parents,
      factor: { variables: [...parents, numbers.get(node.name)!], values: shares },
      observed: observedIndex(node, context),
    }
  })
  refuseCircles(variables)
  const evidence = plan.nodes.flatMap((node) => {
    const field = node.kind === 'continuous' ? context.scope.find(node.name) : undefined
    return node.kind === 'continuous' && field !== undefined
      ? [compileEvidence(node, { parents: parentsOf(node), observed: field.run, discrete, context })]
      : []
  })
  return { variables, evidence }
}

function compileEvidence(
  node: ContinuousNode,
  parts: { parents: readonly number[]; observed: Evaluate; discrete: readonly DiscreteNode[]; context: ModelContext },
): Evidence {
  const { parents, observed, discrete, context } = parts
  const rows = node.rows.map(({ parentValues, distribution }) => ({
    at: combinationOf(parentValues, parents, discrete),
    density: DENSITIES[distribution.kind],
    parameters: distribution.parameters.map((expression) => context.assembly.compile(expression, context.scope).run),
    values: new Float64Array(distribution.parameters.length),
  }))
  const densities = new Float64Array(parents.reduce((product, one) => product * discrete[one]!.values.length, 1))
  return {
    parents,
    observed,
    densities: (cells, at) => {
      const x = observed(cells, at)
      for (const { at: place, density, parameters, values } of rows) {
        for (let i = 0; i < parameters.length; i++) values[i] = parameters[i]!(cells, at)
        densities[place] = density(x, values)
      }
      return densities
    },
  }
}

/** The number of a combination of the parents' values, the last parent's changing fastest. */
function combinationOf(values: readonly string[], parents: readonly number[], discrete: readonly DiscreteNode[]): number {
  return parents.reduce((number, parent, i) => {
    const node = discrete[parent]!
    const index = node.values.indexOf(values[i]!)
    if (index < 0) throw new SluiceError('model.malformed', `the node '${node.name}' has no value ${JSON.stringify(values[i])}`)
    return number * node.values.length + index
  }, 0)
}

function observedIndex(node: DiscreteNode, { scope, assembly, target }: ModelContext): Evaluate | undefined {
  const field = node.name === target?.name ? undefined : scope.find(node.name)
  if (field === undefined) return undefined
  const cells = node.values.map((value) => comparedLiteral(field, value, assembly))
  const { run } = field
  return (row, at) => {
    const index = cells.indexOf(run(row, at))
    return index < 0 ? NaN : index
  }
}

function refuseCircles(variables: readonly Variable[]): void {
  const done = new Set<number>()
  const visit = (number: number, above: ReadonlySet<number>): void => {
    if (done.has(number)) return
    if (above.has(number))
      throw new SluiceError('model.malformed', `the node '${variables[number]!.node.name}' is its own ancestor; a network has no circles`)
    for (const parent of variables[number]!.parents) visit(parent, new Set([...above, number]))
    done.add(number)
  }
  for (const number of variables.keys()) visit(number, new Set())
}
