import { readDerivedField } from '../expressions/lower-derived-field.ts'
import type { ModelHead } from '../model-plan.ts'
import { requiredReal, requiredText } from '../xml/attributes.ts'
import { child, childrenOf, contentOf, type Element, malformed, requiredChild, unsupported } from '../xml/element.ts'
import type { BayesInput, ClassCount, Distribution, NaiveBayesPlan } from './naive-bayes-plan.ts'

export function lowerNaiveBayes(element: Element, head: ModelHead): NaiveBayesPlan {
  return {
    kind: 'NaiveBayesModel',
    head,
    threshold: requiredReal(element, 'threshold'),
    inputs: inputsIn(requiredChild(element, 'BayesInputs')).map(readInput),
    counts: countsIn(requiredChild(requiredChild(element, 'BayesOutput'), 'TargetValueCounts')),
  }
}

/** Before PMML 4.2 inputs that are numbers stood in extensions. */
function inputsIn(element: Element): readonly Element[] {
  return element.children.flatMap((candidate) =>
    candidate.name === 'BayesInput' ? [candidate] : candidate.name === 'Extension' ? childrenOf(candidate, 'BayesInput') : [],
  )
}

function readInput(element: Element): BayesInput {
  const derived = child(element, 'DerivedField')
  const stats = child(element, 'TargetValueStats')
  const pairs = childrenOf(element, 'PairCounts')
  if (stats === undefined && pairs.length === 0) throw malformed(element, 'needs <PairCounts> or <TargetValueStats>')
  return {
    field: requiredText(element, 'fieldName'),
    pairs: pairs.map((pair) => ({ value: requiredText(pair, 'value'), counts: countsIn(requiredChild(pair, 'TargetValueCounts')) })),
    distributions: (stats === undefined ? [] : childrenOf(stats, 'TargetValueStat')).map((stat) => ({
      value: requiredText(stat, 'value'),
      distribution: distributionIn(stat),
    })),
    ...(derived !== undefined && { derived: readDerivedField(derived) }),
  }
}

function countsIn(element: Element): readonly ClassCount[] {
  return childrenOf(element, 'TargetValueCount').map((count) => ({
    value: requiredText(count, 'value'),
    count: requiredReal(count, 'count'),
  }))
}

function distributionIn(element: Element): Distribution {
  const [found] = contentOf(element)
  if (found === undefined) throw malformed(element, 'needs a distribution')
  switch (found.name) {
    case 'GaussianDistribution':
      return { kind: found.name, mean: requiredReal(found, 'mean'), variance: requiredReal(found, 'variance') }
    case 'PoissonDistribution':
      return { kind: found.name, mean: requiredReal(found, 'mean') }
    case 'UniformDistribution':
      return { kind: found.name, lower: requiredReal(found, 'lower'), upper: requiredReal(found, 'upper') }
    default:
      throw unsupported(found)
  }
}
