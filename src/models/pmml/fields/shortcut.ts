import { parseReal } from '../values/literal.ts'
import { nextBelow } from '../values/next-below.ts'
import type { DataField } from './data-field.ts'
import type { MiningField } from './mining-field.ts'

/**
 * The numbers of a field that the model takes as they come, so that nothing else needs to be asked: those from `low` to `high`, only
 * whole ones where `whole` says so. None where `low` is above `high`.
 */
export interface Shortcut {
  readonly low: number
  readonly high: number
  readonly whole: boolean
  /** Where true, a number is rounded to a 32-bit float first. */
  readonly single: boolean
  /** Where there is one: 1 for each whole number that is taken; `low` and `high` are its ends then. */
  readonly allowed?: Uint8Array
}

/** Declared values below this are looked up in a table. */
const MOST_ALLOWED = 4096

export function shortcutOf(field: MiningField, data: DataField): Shortcut {
  const { dataType, intervals } = data
  const whole = dataType === 'integer' || dataType === 'boolean'
  const single = dataType === 'float'
  const apart = [...data.missingValues, ...data.invalidValues].map(parseReal).filter((value) => !Number.isNaN(value))
  if (data.values.length > 0) {
    const allowed = intervals.length === 0 && field.outliers === 'asIs' ? allowedOf(data.values.map(parseReal), apart) : undefined
    if (allowed !== undefined && dataType !== 'boolean') return { low: 0, high: allowed.length - 1, whole: true, single, allowed }
  }
  if (data.values.length > 0 || intervals.length > 1) return { low: Infinity, high: -Infinity, whole, single }
  let [low, high] = dataType === 'boolean' ? [0, 1] : [-Number.MAX_VALUE, Number.MAX_VALUE]
  for (const interval of intervals) {
    low = Math.max(low, interval.closedLow ? interval.low : nextAbove(interval.low))
    high = Math.min(high, interval.closedHigh ? interval.high : nextBelow(interval.high))
  }
  // Of the stretches between values that stand for something else, the one around zero.
  for (const value of apart) {
    if (value < 0) low = Math.max(low, nextAbove(value))
    else high = Math.min(high, nextBelow(value))
  }
  if (field.outliers !== 'asIs') [low, high] = [Math.max(low, field.low), Math.min(high, field.high)]
  return { low, high, whole, single }
}

/** The declared values without those that stand for something else, where all of them are small whole numbers. */
function allowedOf(values: readonly number[], apart: readonly number[]): Uint8Array | undefined {
  if (values.some((value) => !(Number.isInteger(value) && value >= 0 && value < MOST_ALLOWED))) return undefined
  const allowed = new Uint8Array(Math.max(...values) + 1)
  for (const value of values) allowed[value] = 1
  for (const value of apart) if (value < allowed.length) allowed[value] = 0
  return allowed
}

function nextAbove(value: number): number {
  return -nextBelow(-value)
}
