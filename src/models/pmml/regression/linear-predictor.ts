import { comparedLiteral } from '../assembly/convert.ts'
import type { Evaluate } from '../assembly/operand.ts'
import type { Scope } from '../assembly/scope.ts'
import { numeric } from '../expressions/compile-expression.ts'
import type { RegressionTable } from './regression-plan.ts'
import { type Round, roundingOf } from './link.ts'

/**
 * The sum of a regression table for a row: NaN where a numeric predictor or a term's field is missing. A categorical predictor
 * whose field is missing adds nothing (PMML 4.4.1, Regression).
 */
export function compileTable(table: RegressionTable, scope: Scope, singlePrecision: boolean): Evaluate {
  const round = roundingOf(singlePrecision)
  const parts = [numericPart(table, scope, round), categoricalPart(table, scope), termPart(table, scope, round)].filter(
    (part) => part !== undefined,
  )
  const intercept = round(table.intercept)
  if (parts.length === 1) {
    const [only] = parts
    return (cells, at) => round(only!(cells, at, 0) + intercept)
  }
  return (cells, at) => {
    let sum = 0
    for (let i = 0; i < parts.length; i++) sum = parts[i]!(cells, at, sum)
    return round(sum + intercept)
  }
}

/** Adds to a sum. */
type Part = (cells: Float64Array, at: number, sum: number) => number

function numericPart(table: RegressionTable, scope: Scope, round: Round): Part | undefined {
  if (table.numeric.length === 0) return undefined
  const fields = table.numeric.map((predictor) => numeric(scope.require(predictor.field), scope))
  const coefficients = Float64Array.from(table.numeric, (predictor) => round(predictor.coefficient))
  const exponents = Float64Array.from(table.numeric, (predictor) => predictor.exponent)
  const count = fields.length
  if (round === Math.fround || exponents.some((exponent) => exponent !== 1)) {
    const runs = fields.map((field) => field.run)
    return (cells, at, start) => {
      let sum = start
      for (let i = 0; i < count; i++) {
        const value = runs[i]!(cells, at)
        // NaN ** 0 is 1, but a missing value has no power.
        const power = exponents[i] === 1 ? value : Number.isNaN(value) ? NaN : round(value ** exponents[i]!)
        sum = round(sum + round(coefficients[i]! * power))
      }
      return sum
    }
  }
  const slots = Int32Array.from(fields, (field) => field.slot ?? scope.store(field).slot!)
  return (cells, at, start) => {
    let sum = start
    for (let i = 0; i < count; i++) sum += coefficients[i]! * cells[at + slots[i]!]!
    return sum
  }
}

function categoricalPart(table: RegressionTable, scope: Scope): Part | undefined {
  const byField = new Map<string, { run: Evaluate; coefficients: Map<number, number> }>()
  for (const { field: name, value, coefficient } of table.categorical) {
    const field = scope.require(name)
    let entry = byField.get(name)
    if (entry === undefined) byField.set(name, (entry = { run: field.run, coefficients: new Map() }))
    const cell = comparedLiteral(field, value, scope.assembly)
    entry.coefficients.set(cell, (entry.coefficients.get(cell) ?? 0) + coefficient)
  }
  if (byField.size === 0) return undefined
  const entries = [...byField.values()]
  return (cells, at, start) => {
    let sum = start
    for (let i = 0; i < entries.length; i++) sum += entries[i]!.coefficients.get(entries[i]!.run(cells, at)) ?? 0
    return sum
  }
}

function termPart(table: RegressionTable, scope: Scope, round: Round): Part | undefined {
  if (table.terms.length === 0) return undefined
  const terms = table.terms.map((term) => ({
    coefficient: round(term.coefficient),
    runs: term.fields.map((field) => numeric(scope.require(field), scope).run),
  }))
  return (cells, at, start) => {
    let sum = start
    for (let i = 0; i < terms.length; i++) {
      const { coefficient, runs } = terms[i]!
      let product = coefficient
      for (let f = 0; f < runs.length; f++) product = round(product * runs[f]!(cells, at))
      sum = round(sum + product)
    }
    return sum
  }
}
