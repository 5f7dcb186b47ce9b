import type { Equivalence } from './case-index.ts'
import { isMissing } from './csv.ts'

const DEFAULT: Equivalence = { type: 'PMMLEquivalence', precision: 1e-3, zeroThreshold: 1e-6 }

/** A model's value for a column; null where it has none. */
export type Actual = number | string | null | undefined

/** Whether a model's value is what a cell of the expected table says. */
export function isSame(actual: Actual, expected: string, equivalence: Equivalence | null): boolean {
  if (actual === null || actual === undefined) return isMissing(expected) || expected === 'NaN'
  if (typeof actual === 'string') {
    if (actual === expected) return true
    const [left, right] = [numberOf(actual), numberOf(expected)]
    return !Number.isNaN(left) && !Number.isNaN(right) && isSameNumber(left, right, equivalence ?? DEFAULT)
  }
  const number = numberOf(expected)
  return !Number.isNaN(number) && isSameNumber(actual, number, equivalence ?? DEFAULT)
}

/** The number that a cell stands for: truth values are 1 and 0. */
export function numberOf(text: string): number {
  const trimmed = text.trim()
  if (/^true$/i.test(trimmed)) return 1
  if (/^false$/i.test(trimmed)) return 0
  if (/^[+-]?Inf(?:inity)?$/i.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity
  return trimmed === '' ? NaN : Number(trimmed)
}

function isSameNumber(actual: number, expected: number, equivalence: Equivalence): boolean {
  if (actual === expected) return true
  switch (equivalence.type) {
    case 'PMMLEquivalence': {
      const { precision, zeroThreshold } = equivalence
      // Close to zero the distance counts, elsewhere its share (PMML 4.4.1, ModelVerification).
      if (Math.abs(expected) <= zeroThreshold && Math.abs(actual) <= zeroThreshold) return true
      const [low, high] = [expected * (1 - precision), expected * (1 + precision)]
      return actual >= Math.min(low, high) && actual <= Math.max(low, high)
    }
    case 'RealNumberEquivalence':
      return Math.abs(actual - expected) <= equivalence.ulps * Math.max(ulpOf(actual), ulpOf(expected))
    case 'FloatEquivalence':
      return floatSteps(actual, expected) <= equivalence.ulps
  }
}

function ulpOf(value: number): number {
  const size = Math.abs(value)
  return size === 0 ? Number.MIN_VALUE : Math.max(Number.MIN_VALUE, 2 ** (Math.floor(Math.log2(size)) - 52))
}

const FLOAT = new Float32Array(1)
const BITS = new Int32Array(FLOAT.buffer)

/** How many 32-bit floats lie between two numbers. */
function floatSteps(left: number, right: number): number {
  return Math.abs(orderOf(left) - orderOf(right))
}

function orderOf(value: number): number {
  FLOAT[0] = value
  return BITS[0]! < 0 ? -(BITS[0]! & 0x7fffffff) : BITS[0]!
}
