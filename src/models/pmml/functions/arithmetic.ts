import { exp } from './exponential.ts'
import { binary, type FunctionEntry, numbers, arithmeticType, rounded, unary } from './function-entry.ts'

/** Folds the arguments that are not missing; no such argument gives a missing result. */
function aggregate(compute: (values: Float64Array, count: number) => number, integer: boolean): FunctionEntry {
  return {
    arity: [1, Infinity],
    build: (args, assembly) => {
      const operands = numbers(args, assembly)
      const runs = operands.map((operand) => operand.run)
      const values = new Float64Array(runs.length)
      const common = arithmeticType(operands)
      return rounded(common === 'integer' && !integer ? 'double' : common, (cells, at) => {
        let count = 0
        for (let i = 0; i < runs.length; i++) {
          const value = runs[i]!(cells, at)
          if (!Number.isNaN(value)) values[count++] = value
        }
        return count === 0 ? NaN : compute(values, count)
      })
    },
  }
}

function sum(values: Float64Array, count: number): number {
  let total = 0
  for (let i = 0; i < count; i++) total += values[i]!
  return total
}

function median(values: Float64Array, count: number): number {
  const sorted = values.slice(0, count).sort()
  const middle = count >> 1
  return count % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Half rounds away from zero for positive numbers, up for negative ones: as Java's Math.round, which the standard's examples use. */
const round = (value: number): number => Math.floor(value + 0.5)

function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

const divide: FunctionEntry = {
  arity: [2, 2],
  build: (args, assembly) => {
    const [left, right] = numbers(args, assembly)
    const [l, r] = [left!.run, right!.run]
    const type = arithmeticType([left!, right!])
    if (type !== 'integer') return rounded(type, (cells, at) => l(cells, at) / r(cells, at))
    return { type, run: (cells, at) => integerQuotient(l(cells, at), r(cells, at)) }
  },
}

/** Integers divide to an integer, towards zero; by zero there is no result. */
function integerQuotient(left: number, right: number): number {
  return right === 0 ? NaN : Math.trunc(left / right)
}

/** The sign is that of the divisor (PMML 4.4.1). */
function modulo(left: number, right: number): number {
  return left - Math.floor(left / right) * right
}

/** Arithmetic and mathematical functions. */
export const ARITHMETIC: Readonly<Record<string, FunctionEntry>> = {
  '+': binary((left, right) => left + right),
  '-': binary((left, right) => left - right),
  '*': binary((left, right) => left * right),
  '/': divide,
  min: aggregate((values, count) => Math.min(...values.subarray(0, count)), true),
  max: aggregate((values, count) => Math.max(...values.subarray(0, count)), true),
  sum: aggregate(sum, true),
  avg: aggregate((values, count) => sum(values, count) / count, false),
  median: aggregate(median, false),
  product: aggregate((values, count) => values.subarray(0, count).reduce((product, value) => product * value, 1), true),
  log10: unary(Math.log10),
  ln: unary(Math.log),
  ln1p: unary(Math.log1p),
  sqrt: unary(Math.sqrt),
  abs: {
    arity: [1, 1],
    build: (args, assembly) => {
      const [argument] = numbers(args, assembly)
      const { run, type } = argument!
      return { type, run: (cells, at) => Math.abs(run(cells, at)) }
    },
  },
  exp: unary(exp),
  expm1: unary(Math.expm1),
  pow: binary((left, right) => (Number.isNaN(left) || Number.isNaN(right) ? NaN : left ** right)),
  hypot: binary((left, right) => (Number.isNaN(left) || Number.isNaN(right) ? NaN : Math.hypot(left, right)), 'double'),
  threshold: binary((value, limit) => (Number.isNaN(value) || Number.isNaN(limit) ? NaN : value > limit ? 1 : 0), 'integer'),
  floor: unary(Math.floor, 'integer'),
  ceil: unary(Math.ceil, 'integer'),
  round: unary(round, 'integer'),
  rint: unary(roundHalfEven),
  modulo: binary(modulo),
  'x-modulo': binary(modulo),
  sin: unary(Math.sin),
  asin: unary(Math.asin),
  sinh: unary(Math.sinh),
  cos: unary(Math.cos),
  acos: unary(Math.acos),
  cosh: unary(Math.cosh),
  tan: unary(Math.tan),
  atan: unary(Math.atan),
  tanh: unary(Math.tanh),
  atan2: binary((y, x) => (Number.isNaN(y) || Number.isNaN(x) ? NaN : Math.atan2(y, x)), 'double'),
  'x-atan2': binary((y, x) => (Number.isNaN(y) || Number.isNaN(x) ? NaN : Math.atan2(y, x)), 'double'),
}
