import type { ModelHead } from '../model-plan.ts'
import { count, real, requiredReal, requiredText, text } from '../xml/attributes.ts'
import { contentOf, type Element, malformed, requiredChild, unsupported } from '../xml/element.ts'
import type { BaselinePlan, Distribution } from './baseline-plan.ts'

const DISTRIBUTIONS: Readonly<Record<string, (element: Element) => Distribution>> = {
  GaussianDistribution: (element) => ({ kind: 'GaussianDistribution', ...moments(element) }),
  AnyDistribution: (element) => ({ kind: 'AnyDistribution', ...moments(element) }),
  PoissonDistribution: (element) => ({ kind: 'PoissonDistribution', mean: positive(element, 'mean') }),
  UniformDistribution: (element) => {
    const [lower, upper] = [requiredReal(element, 'lower'), requiredReal(element, 'upper')]
    if (!(lower < upper)) throw malformed(element, `has lower="${lower}", which is not below upper="${upper}"`)
    return { kind: 'UniformDistribution', lower, upper }
  },
}

export function lowerBaseline(element: Element, head: ModelHead): BaselinePlan {
  const tests = requiredChild(element, 'TestDistributions')
  const statistic = requiredText(tests, 'testStatistic')
  if (text(tests, 'weightField') !== undefined) throw unsupported(tests, 'weightField of <TestDistributions>')
  if ((count(tests, 'windowSize') ?? 0) > 1) throw unsupported(tests, `windowSize="${text(tests, 'windowSize')}" of <TestDistributions>`)
  const shared = { kind: 'BaselineModel', head, field: requiredText(tests, 'field') } as const
  const baseline = distributionIn(requiredChild(tests, 'Baseline'))
  if (statistic === 'zValue') return { ...shared, test: { statistic, baseline } }
  if (statistic !== 'CUSUM') throw unsupported(tests, `testStatistic="${statistic}" of <TestDistributions> (known: zValue, CUSUM)`)
  const alternate = distributionIn(requiredChild(tests, 'Alternate'))
  for (const { kind } of [baseline, alternate])
    if (kind === 'AnyDistribution') throw malformed(tests, 'compares densities, which an <AnyDistribution> has none of')
  return { ...shared, test: { statistic, baseline, alternate, resetValue: real(tests, 'resetValue') ?? 0 } }
}

function distributionIn(element: Element): Distribution {
  const [found] = contentOf(element)
  if (found === undefined) throw malformed(element, 'needs a distribution')
  const read = Object.hasOwn(DISTRIBUTIONS, found.name) ? DISTRIBUTIONS[found.name] : undefined
  if (read === undefined) throw unsupported(found)
  return read(found)
}

function moments(element: Element): { mean: number; variance: number } {
  return { mean: requiredReal(element, 'mean'), variance: positive(element, 'variance') }
}

function positive(element: Element, name: string): number {
  const value = requiredReal(element, name)
  if (!(value > 0)) throw malformed(element, `has ${name}="${value}"; it must be above zero`)
  return value
}
