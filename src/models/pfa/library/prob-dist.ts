import type { RecordValue } from '../values/value.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import * as continuous from './numeric/continuous.ts'
import type { Distribution } from './numeric/continuous.ts'
import * as discrete from './numeric/discrete.ts'

interface Family {
  readonly name: string
  /** The parameters as the signatures write them. */
  readonly params: string
  /** Types of the argument of density and distribution function where they are not double. */
  readonly pdfOf?: 'int'
  readonly cdfOf?: 'int'
  /** Whether there is a distribution with these parameters, which are finite. */
  readonly valid: (a: number, b: number, c: number) => boolean
  /** The same for the quantile, where it is stricter. */
  readonly validQuantile?: (a: number, b: number, c: number) => boolean
  readonly distribution: Distribution
}

const PARAMETERIZATION = 'invalid parameterization'
const INPUT = 'invalid input'

const positive = (a: number, b: number): boolean => a > 0 && b > 0
const balls = (m: number, n: number, k: number): boolean => m >= 0 && n > 0 && k >= 0 && m + n >= k

/** In the order of their error codes, which are 30 apart from 13000. */
const FAMILIES: readonly Family[] = [
  { name: 'gaussian', params: 'mu: double, sigma: double', valid: (_mu, sigma) => sigma >= 0, distribution: continuous.gaussian },
  { name: 'exponential', params: 'lambda: double', valid: (rate) => rate >= 0, distribution: continuous.exponential },
  { name: 'chi2', params: 'dof: int', valid: (dof) => dof >= 0, distribution: continuous.chi2 },
  {
    name: 'poisson',
    params: 'lambda: double',
    pdfOf: 'int',
    cdfOf: 'int',
    valid: (lambda) => lambda >= 0,
    distribution: discrete.poisson,
  },
  {
    name: 'gamma',
    params: 'shape: double, scale: double',
    valid: (shape, scale) => shape >= 0 && scale >= 0,
    validQuantile: positive,
    distribution: continuous.gamma,
  },
  { name: 'beta', params: 'a: double, b: double', valid: positive, distribution: continuous.beta },
  { name: 'cauchy', params: 'location: double, scale: double', valid: (_at, scale) => scale > 0, distribution: continuous.cauchy },
  { name: 'f', params: 'd1: int, d2: int', valid: positive, distribution: continuous.fisher },
  { name: 'lognormal', params: 'meanlog: double, sdlog: double', valid: (_mean, sd) => sd > 0, distribution: continuous.lognormal },
  { name: 't', params: 'dof: int', valid: (dof) => dof > 0, distribution: continuous.student },
  {
    name: 'binomial',
    params: 'size: int, prob: double',
    pdfOf: 'int',
    valid: (size, prob) => size > 0 && prob >= 0 && prob <= 1,
    distribution: discrete.binomial,
  },
  { name: 'uniform', params: 'min: double, max: double', valid: (min, max) => min < max, distribution: continuous.uniform },
  { name: 'geometric', params: 'prob: double', pdfOf: 'int', valid: (prob) => prob > 0 && prob <= 1, distribution: discrete.geometric },
  {
    name: 'hypergeometric',
    params: 'm: int, n: int, k: int',
    pdfOf: 'int',
    cdfOf: 'int',
    valid: balls,
    distribution: discrete.hypergeometric,
  },
  { name: 'weibull', params: 'shape: double, scale: double', valid: positive, distribution: continuous.weibull },
  {
    name: 'negativeBinomial',
    params: 'size: int, prob: double',
    pdfOf: 'int',
    valid: (size, prob) => size >= 0 && prob > 0 && prob <= 1,
    distribution: discrete.negativeBinomial,
  },
]

/** The parameters of a call; the record signature of the Gaussian gives a variance, of which NaN stands for a bad one. */
function parametersOf(site: CallSite): (a: RecordValue | number, b: number) => readonly [number, number] {
  if (site.signature === 0) return (a, b) => [a as number, b]
  return (a) => [(a as RecordValue)['mean'] as number, Math.sqrt((a as RecordValue)['variance'] as number)]
}

interface Member {
  readonly suffix: string
  /** Added to the code of the family. */
  readonly offset: number
  readonly argument: string
  readonly invalidInput: boolean
  readonly valid: Family['valid']
  readonly allows: (x: number) => boolean
  readonly value: Distribution['pdf']
}

function member(family: Family, code: number, { suffix, offset, argument, invalidInput, valid, allows, value }: Member): LibraryFunction {
  const base = code + offset
  const plain = `(${argument}, ${family.params}) -> double`
  const record = `(${argument}, params: record A{mean: double, variance: double}) -> double`
  return {
    name: `prob.dist.${family.name}${suffix}`,
    signatures: family.name === 'gaussian' ? [plain, record] : [plain],
    errors: invalidInput ? { [base]: PARAMETERIZATION, [base + 1]: INPUT } : { [base]: PARAMETERIZATION },
    build(site): Callable {
      const parameters = parametersOf(site)
      return (x: number, first: RecordValue | number, second = 0, c = 0) => {
        const [a, b] = parameters(first, second)
        if (!Number.isFinite(a) || !Number.isFinite(b) || !valid(a, b, c)) return site.fail(base)
        return allows(x) ? value(x, a, b, c) : site.fail(base + 1)
      }
    },
  }
}

function members(family: Family, index: number): LibraryFunction[] {
  const code = 13000 + 30 * index
  const { distribution, pdfOf = 'double', cdfOf = 'double', valid, validQuantile = valid } = family
  const gaussian = family.name === 'gaussian'
  const withoutInput = family.name === 'poisson' || family.name === 'hypergeometric'
  const isProbability = (p: number): boolean => p >= 0 && p <= 1
  return [
    {
      suffix: gaussian ? 'LL' : 'PDF',
      offset: 0,
      argument: `x: ${pdfOf}`,
      invalidInput: !withoutInput,
      valid,
      allows: Number.isFinite,
      value: distribution.pdf,
    },
    { suffix: 'CDF', offset: 10, argument: `x: ${cdfOf}`, invalidInput: true, valid, allows: Number.isFinite, value: distribution.cdf },
    {
      suffix: 'QF',
      offset: 20,
      argument: 'p: double',
      invalidInput: true,
      valid: validQuantile,
      allows: isProbability,
      value: distribution.quantile,
    },
  ].map((row) => member(family, code, row))
}

/** PFA 0.8.1, Probability distributions library (`prob.dist.*`): densities, distribution functions and quantiles. */
export const PROB_DIST: readonly LibraryFunction[] = FAMILIES.flatMap(members)
