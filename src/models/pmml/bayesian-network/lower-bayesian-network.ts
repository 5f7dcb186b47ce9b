import { derivedFieldsIn } from '../expressions/lower-derived-field.ts'
import { expressionIn } from '../expressions/lower-expression.ts'
import type { ModelHead } from '../model-plan.ts'
import { requiredReal, requiredText } from '../xml/attributes.ts'
import { childrenOf, contentOf, type Element, malformed, requiredChild, unsupported } from '../xml/element.ts'
import {
  type BayesianNetworkPlan,
  type ContinuousNode,
  type DiscreteNode,
  NODE_DISTRIBUTIONS,
  type NodeDistribution,
  type NodeDistributionKind,
} from './bayesian-network-plan.ts'

export function lowerBayesianNetwork(element: Element, head: ModelHead): BayesianNetworkPlan {
  const elements = contentOf(requiredChild(element, 'BayesianNetworkNodes'))
  const nodes = elements.map((node) => {
    if (node.name === 'DiscreteNode') return readDiscrete(node)
    if (node.name === 'ContinuousNode') return readContinuous(node)
    throw unsupported(node)
  })
  const names = new Set<string>()
  for (const [i, { name }] of nodes.entries()) {
    if (names.has(name)) throw malformed(elements[i]!, `has name="${name}", which another node has too`)
    names.add(name)
  }
  return { kind: 'BayesianNetworkModel', head, nodes, derivedFields: elements.flatMap((node) => derivedFieldsIn(node)) }
}

function readDiscrete(element: Element): DiscreteNode {
  const conditional = childrenOf(element, 'DiscreteConditionalProbability')
  const sources = conditional.length > 0 ? conditional : [element]
  const values = [
    ...new Set(sources.flatMap((source) => childrenOf(source, 'ValueProbability').map((share) => requiredText(share, 'value')))),
  ]
  if (values.length === 0) throw malformed(element, 'needs a <ValueProbability>')
  const parents = parentsOf(sources)
  const rows = sources.map((source) => {
    const probabilities = values.map(() => 0)
    for (const share of childrenOf(source, 'ValueProbability')) {
      const probability = requiredReal(share, 'probability')
      if (!(probability >= 0 && probability <= 1)) throw malformed(share, `has probability="${probability}"`)
      probabilities[values.indexOf(requiredText(share, 'value'))] = probability
    }
    return { parentValues: parentValues(source, parents), probabilities }
  })
  return { kind: 'discrete', name: requiredText(element, 'name'), values, parents, rows }
}

function readContinuous(element: Element): ContinuousNode {
  const conditional = childrenOf(element, 'ContinuousConditionalProbability')
  const sources = conditional.length > 0 ? conditional : [element]
  const parents = parentsOf(sources)
  const rows = sources.map((source) => ({ parentValues: parentValues(source, parents), distribution: readDistribution(source) }))
  return { kind: 'continuous', name: requiredText(element, 'name'), parents, rows }
}

function readDistribution(element: Element): NodeDistribution {
  const distributions = childrenOf(element, 'ContinuousDistribution')
  if (distributions.length !== 1) throw unsupported(element, `<${element.name}> with ${distributions.length} distributions instead of one`)
  const [found] = contentOf(distributions[0]!)
  if (found === undefined) throw malformed(distributions[0]!, 'needs a distribution')
  if (!Object.hasOwn(NODE_DISTRIBUTIONS, found.name)) throw unsupported(found)
  const kind = found.name as NodeDistributionKind
  return { kind, parameters: NODE_DISTRIBUTIONS[kind].map((name) => expressionIn(requiredChild(found, name))) }
}

function parentsOf(sources: readonly Element[]): readonly string[] {
  return childrenOf(sources[0]!, 'ParentValue').map((parent) => requiredText(parent, 'parent'))
}

function parentValues(element: Element, parents: readonly string[]): readonly string[] {
  const own = new Map(childrenOf(element, 'ParentValue').map((parent) => [requiredText(parent, 'parent'), requiredText(parent, 'value')]))
  if (own.size !== parents.length) throw malformed(element, `names ${own.size} parents; the first of its node names ${parents.length}`)
  return parents.map((parent) => {
    const value = own.get(parent)
    if (value === undefined) throw malformed(element, `has no value for the parent '${parent}'`)
    return value
  })
}
