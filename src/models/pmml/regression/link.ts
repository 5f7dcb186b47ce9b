import { exp } from '../functions/exponential.ts'
import { normalCdf } from '../functions/normal-distribution.ts'

/** Inverse link functions: from a linear predictor to a probability or a mean. */
export const logistic = (y: number): number => 1 / (1 + exp(-y))
export const probit = normalCdf
export const cloglog = (y: number): number => 1 - exp(-exp(y))
export const loglog = (y: number): number => exp(-exp(-y))
export const cauchit = (y: number): number => 0.5 + Math.atan(y) / Math.PI

/** As `logistic`, with every step rounded. */
export function roundedLogistic(round: Round): (y: number) => number {
  return (y) => round(1 / round(1 + round(exp(-y))))
}

/** How results are rounded: not at all, or to 32-bit floats. */
export type Round = (value: number) => number

export function roundingOf(singlePrecision: boolean): Round {
  return singlePrecision ? Math.fround : (value) => value
}

interface Span {
  readonly first: number
  readonly count: number
}

/** Turns cells that stand together into shares of their exponentials, in place; safe for large numbers. */
export function softmax(cells: Float64Array, { first, count }: Span, round: Round): void {
  let most = -Infinity
  for (let i = 0; i < count; i++) most = Math.max(most, cells[first + i]!)
  let sum = 0
  for (let i = 0; i < count; i++) {
    const value = round(exp(round(cells[first + i]! - most)))
    cells[first + i] = value
    sum = round(sum + value)
  }
  for (let i = 0; i < count; i++) cells[first + i] = round(cells[first + i]! / sum)
}

/** Turns cells that stand together into shares of their sum, in place. */
export function simplemax(cells: Float64Array, { first, count }: Span, round: Round): void {
  let sum = 0
  for (let i = 0; i < count; i++) sum = round(sum + cells[first + i]!)
  for (let i = 0; i < count; i++) cells[first + i] = round(cells[first + i]! / sum)
}
