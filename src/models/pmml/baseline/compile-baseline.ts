import { readNumber, type Remembering, writeNumber } from '../assembly/memory.ts'
import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { numeric } from '../expressions/compile-expression.ts'
import type { BaselinePlan, Distribution } from './baseline-plan.ts'

/**
 * Puts a BaselineModel together. CUSUM sums up what the records, in the order of scoring, say for the
 * alternate distribution. A missing value leaves the sum as it is.
 */
export function compileBaseline({ field, test }: BaselinePlan, { scope, assembly }: ModelContext): ModelBody {
  const { run } = numeric(scope.require(field), scope)
  const value = assembly.takeResult()
  const prediction = { kind: 'number', value, type: 'double' } as const
  if (test.statistic === 'zValue') {
    const { mean, deviation } = momentsOf(test.baseline)
    return {
      prediction,
      evaluator: {
        row: (cells, at) => {
          cells[at + value] = (run(cells, at) - mean) / deviation
        },
      },
    }
  }
  const [before, after] = [logDensity(test.baseline), logDensity(test.alternate)]
  const { resetValue } = test
  const stateOf = assembly.memory.add(SUM)
  return {
    prediction,
    evaluator: {
      row: (cells, at) => {
        const x = run(cells, at)
        const evidence = after(x) - before(x)
        const state = stateOf()
        if (!Number.isNaN(evidence)) state.sum = Math.max(resetValue, state.sum + evidence)
        cells[at + value] = Number.isNaN(evidence) ? NaN : state.sum
      },
    },
  }
}

const SUM: Remembering<{ sum: number }> = {
  create: () => ({ sum: 0 }),
  write: ({ sum }) => writeNumber(sum),
  read: (written) => {
    const sum = readNumber(written)
    return sum === undefined || Number.isNaN(sum) ? undefined : { sum }
  },
}

function momentsOf(distribution: Distribution): { mean: number; deviation: number } {
  switch (distribution.kind) {
    case 'PoissonDistribution':
      return { mean: distribution.mean, deviation: Math.sqrt(distribution.mean) }
    case 'UniformDistribution':
      return { mean: (distribution.lower + distribution.upper) / 2, deviation: (distribution.upper - distribution.lower) / Math.sqrt(12) }
    case 'GaussianDistribution':
    case 'AnyDistribution':
      return { mean: distribution.mean, deviation: Math.sqrt(distribution.variance) }
  }
}

function logDensity(distribution: Distribution): (x: number) => number {
  switch (distribution.kind) {
    case 'PoissonDistribution': {
      const { mean } = distribution
      return (x) => x * Math.log(mean) - mean - logFactorial(x)
    }
    case 'UniformDistribution': {
      const { lower, upper } = distribution
      const inside = -Math.log(upper - lower)
      return (x) => (Number.isNaN(x) ? NaN : x >= lower && x <= upper ? inside : -Infinity)
    }
    case 'GaussianDistribution':
    case 'AnyDistribution': {
      const { mean, variance } = distribution
      const top = -0.5 * Math.log(2 * Math.PI * variance)
      return (x) => top - (x - mean) ** 2 / (2 * variance)
    }
  }
}

/** ln(n!), exactly up to 170, by Stirling's series beyond; NaN where n is no count. */
function logFactorial(n: number): number {
  if (!(n >= 0 && Number.isInteger(n))) return NaN
  if (n > 170) return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * n) - 1 / (360 * n ** 3)
  let product = 1
  for (let i = 2; i <= n; i++) product *= i
  return Math.log(product)
}
