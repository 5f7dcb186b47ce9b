import { SluiceError } from '../../../core/errors.ts'
import { cast, comparedLiteral } from '../assembly/convert.ts'
import type { Evaluate } from '../assembly/operand.ts'
import type { Scope } from '../assembly/scope.ts'
import { numeric } from '../expressions/compile-expression.ts'
import { parseReal } from '../values/literal.ts'
import type { Factor, GeneralRegressionPlan, PredictorCell } from './general-regression-plan.ts'

/** Sums beta times x over a model's parameters, for one class of the target (or for all of it). */
export function compileLinear(plan: GeneralRegressionPlan, category: string | undefined, scope: Scope): Evaluate {
  const cells = plan.parameterCells.filter((cell) => cell.category === undefined || cell.category === category)
  const betas = Float64Array.from(cells, (cell) => cell.beta)
  const values = cells.map((cell) => compileParameter(plan, { parameter: cell.parameter, category }, scope))
  return (row, at) => {
    let sum = 0
    for (let i = 0; i < values.length; i++) sum += betas[i]! * values[i]!(row, at)
    return sum
  }
}

/** The sum of beta times the reference point: what a Cox regression is relative to. */
export function referenceSum(plan: GeneralRegressionPlan): number {
  const points = new Map(plan.parameters.map((parameter) => [parameter.name, parameter.referencePoint]))
  return plan.parameterCells.reduce((sum, cell) => sum + cell.beta * (points.get(cell.parameter) ?? 0), 0)
}

/** The value of a parameter: the product of its cells in the predictor-to-parameter matrix, 1 where it has none. */
function compileParameter(plan: GeneralRegressionPlan, key: { parameter: string; category: string | undefined }, scope: Scope): Evaluate {
  const cells = plan.predictorCells.filter(
    (cell) => cell.parameter === key.parameter && (cell.category === undefined || cell.category === key.category),
  )
  const factors = cells.map((cell) => compileCell(plan, cell, scope))
  if (factors.length === 0) return () => 1
  if (factors.length === 1) return factors[0]!
  return (row, at) => {
    let product = 1
    for (let i = 0; i < factors.length; i++) product *= factors[i]!(row, at)
    return product
  }
}

function compileCell(plan: GeneralRegressionPlan, cell: PredictorCell, scope: Scope): Evaluate {
  const factor = plan.factors.find((candidate) => candidate.name === cell.predictor)
  if (factor !== undefined) return compileFactor(factor, cell, scope)
  if (!plan.covariates.includes(cell.predictor)) {
    throw new SluiceError(
      'model.malformed',
      `a <PPCell> names the predictor '${cell.predictor}', which is neither a factor nor a covariate`,
    )
  }
  const exponent = parseReal(cell.value)
  if (Number.isNaN(exponent)) {
    throw new SluiceError(
      'model.malformed',
      `the <PPCell> of the covariate '${cell.predictor}' has value="${cell.value}", which is not a number`,
    )
  }
  const { run } = numeric(scope.require(cell.predictor), scope)
  if (exponent === 1) return run
  return (row, at) => {
    const value = run(row, at)
    return Number.isNaN(value) ? NaN : value ** exponent
  }
}

function compileFactor(factor: Factor, cell: PredictorCell, scope: Scope): Evaluate {
  const field = scope.require(factor.name)
  const { run } = field
  const { assembly } = scope
  if (factor.matrix.length === 0) {
    const wanted = comparedLiteral(field, cell.value, assembly)
    return (row, at) => {
      const value = run(row, at)
      return Number.isNaN(value) ? NaN : value === wanted ? 1 : 0
    }
  }
  const column = factor.categories.indexOf(cell.value)
  const contrasts = new Map(
    factor.categories.map((category, i) => [comparedLiteral(field, category, assembly), factor.matrix[i]![column] ?? NaN]),
  )
  return (row, at) => contrasts.get(run(row, at)) ?? NaN
}

/** The value of an offset or of trials. */
export function compileFieldOrNumber(source: GeneralRegressionPlan['offset'], fallback: number, scope: Scope): Evaluate | undefined {
  if (source.field !== undefined) return cast(scope.require(source.field), 'double', scope.assembly).run
  if (source.number === undefined || source.number === fallback) return undefined
  const { number } = source
  return () => number
}
