import { cast, comparedLiteral } from '../assembly/convert.ts'
import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { type Classes, createClasses, largest, takeClassPrediction } from '../assembly/prediction.ts'
import { numeric } from '../expressions/compile-expression.ts'
import { exp } from '../functions/exponential.ts'
import type { BayesInput, Distribution, NaiveBayesPlan } from './naive-bayes-plan.ts'

const LARGEST_COUNT = 100_000

/** Adds the logarithms of a field's likelihoods, class by class. */
type AddLikelihoods = (sums: Float64Array, cells: Float64Array, at: number) => void

/** Puts a NaiveBayesModel together. A missing field, and a value that was never seen, say nothing. */
export function compileNaiveBayes(plan: NaiveBayesPlan, context: ModelContext): ModelBody {
  const { assembly, target } = context
  const classes = createClasses(
    target,
    plan.counts.map((count) => count.value),
    assembly,
  )
  const prediction = takeClassPrediction(classes, assembly)
  const { winner, probabilities } = prediction
  const size = classes.texts.length
  const priors = countsByClass(plan.counts, classes).map(Math.log)
  const inputs = plan.inputs.map((input) => compileInput(plan, input, { context, classes }))
  const sums = new Float64Array(size)
  return {
    prediction,
    evaluator: {
      row: (cells, at) => {
        sums.set(priors)
        for (let i = 0; i < inputs.length; i++) inputs[i]!(sums, cells, at)
        let most = -Infinity
        for (let c = 0; c < size; c++) if (sums[c]! > most) most = sums[c]!
        let total = 0
        for (let c = 0; c < size; c++) total += sums[c] = exp(sums[c]! - most)
        for (let c = 0; c < size; c++) cells[at + probabilities + c] = sums[c]! / total
        cells[at + winner] = largest(cells, at + probabilities, size)
      },
    },
  }
}

function countsByClass(counts: NaiveBayesPlan['counts'], classes: Classes): Float64Array {
  const result = new Float64Array(classes.texts.length)
  for (const { value, count } of counts) {
    const index = classes.indexOf(value)
    if (index >= 0) result[index] = count
  }
  return result
}

function compileInput(plan: NaiveBayesPlan, input: BayesInput, parts: { context: ModelContext; classes: Classes }): AddLikelihoods {
  return input.pairs.length > 0 ? fromCounts(plan, input, parts) : fromDistributions(plan, input, parts)
}

function fromCounts(
  plan: NaiveBayesPlan,
  input: BayesInput,
  { context, classes }: { context: ModelContext; classes: Classes },
): AddLikelihoods {
  const { scope, assembly } = context
  const { derived } = input
  const field =
    derived === undefined ? scope.require(input.field) : cast(assembly.compile(derived.expression, scope), derived.dataType, assembly)
  const { run } = field
  const size = classes.texts.length
  const totals = new Float64Array(size)
  const tables = input.pairs.map(({ value, counts }) => ({
    cell: comparedLiteral(field, value, assembly),
    counts: countsByClass(counts, classes),
  }))
  for (const { counts } of tables) for (let c = 0; c < size; c++) totals[c]! += counts[c]!
  const likelihoods = new Map(
    tables.map(({ cell, counts }) => [cell, counts.map((count, c) => Math.log(atLeast(count / totals[c]!, plan.threshold)))] as const),
  )
  return (sums, cells, at) => {
    const found = likelihoods.get(run(cells, at))
    if (found !== undefined) for (let c = 0; c < size; c++) sums[c]! += found[c]!
  }
}

function fromDistributions(
  plan: NaiveBayesPlan,
  input: BayesInput,
  { context, classes }: { context: ModelContext; classes: Classes },
): AddLikelihoods {
  const { run } = numeric(context.scope.require(input.field), context.scope)
  const known = input.distributions.flatMap(({ value, distribution }) => {
    const index = classes.indexOf(value)
    return index < 0 ? [] : [{ index, density: logDensityOf(distribution) }]
  })
  const least = Math.log(plan.threshold)
  return (sums, cells, at) => {
    const value = run(cells, at)
    if (Number.isNaN(value)) return
    for (let i = 0; i < known.length; i++) {
      const { index, density } = known[i]!
      sums[index]! += Math.max(density(value), least)
    }
  }
}

/** No count at all says as little as a small one. */
function atLeast(probability: number, threshold: number): number {
  return probability > threshold ? probability : threshold
}

/** The logarithm of a distribution's density: far from the mean the density itself is below the smallest double. */
function logDensityOf(distribution: Distribution): (value: number) => number {
  switch (distribution.kind) {
    case 'GaussianDistribution': {
      const { mean, variance } = distribution
      const scale = 0.5 * Math.log(2 * Math.PI * variance)
      return (value) => -((value - mean) ** 2) / (2 * variance) - scale
    }
    case 'PoissonDistribution': {
      const { mean } = distribution
      return (value) => {
        if (!(value >= 0) || !Number.isInteger(value)) return -Infinity
        let sum = -mean
        for (let k = 1; k <= Math.min(value, LARGEST_COUNT); k++) sum += Math.log(mean / k)
        return sum
      }
    }
    case 'UniformDistribution': {
      const { lower, upper } = distribution
      const inside = -Math.log(upper - lower)
      return (value) => (value >= lower && value <= upper ? inside : -Infinity)
    }
  }
}
