import { exp } from '../functions/exponential.ts'
import { normalCdf } from '../functions/normal-distribution.ts'

/** Inverse link functions: from a linear predictor to a probability or a mean. */
export const logistic = (y: number): number => 1 / (1 + exp(-y))
export const probit = normalCdf
export const cloglog = (y: number): number => 1 - exp(-exp(y))
export const loglog = (y: number): number => exp(-exp(-y))
export const cauchit = (y: number): number => 0.5 + Math.atan(y) / Math.PI

/** What stands for e where arithmetic is that of 32-bit floats. */
const SINGLE_E = 2.7182817

/**
 * The exponential of 32-bit floats: a power of a number a little below e. `x-mathContext` comes from the engine that the converters of
 * such models are made and tested with; the results of models that add up to large logits can be told from others by it.
 */
export const singleExp = (x: number): number => Math.fround(SINGLE_E ** x)

/** The exponential, rounded. */
export function expOf(round: Round): (x: number) => number {
  return round === Math.fround ? singleExp : exp
}

/** As `logistic`, with every step rounded to 32-bit floats. */
export const singleLogistic = (y: number): number => Math.fround(1 / Math.fround(1 + singleExp(-y)))

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
  const power = expOf(round)
  let most = -Infinity
  for (let i = 0; i < count; i++) most = Math.max(most, cells[first + i]!)
  let sum = 0
  for (let i = 0; i < count; i++) {
    const value = power(round(cells[first + i]! - most))
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
