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
}

export function shortcutOf(field: MiningField, data: DataField): Shortcut {
  const { dataType, intervals } = data
  const listed = data.values.length + data.missingValues.length + data.invalidValues.length
  const whole = dataType === 'integer' || dataType === 'boolean'
  const single = dataType === 'float'
  if (listed > 0 || intervals.length > 1) return { low: Infinity, high: -Infinity, whole, single }
  let [low, high] = dataType === 'boolean' ? [0, 1] : [-Number.MAX_VALUE, Number.MAX_VALUE]
  for (const interval of intervals) {
    low = Math.max(low, interval.closedLow ? interval.low : -nextBelow(-interval.low))
    high = Math.min(high, interval.closedHigh ? interval.high : nextBelow(interval.high))
  }
  if (field.outliers !== 'asIs') [low, high] = [Math.max(low, field.low), Math.min(high, field.high)]
  return { low, high, whole, single }
}
