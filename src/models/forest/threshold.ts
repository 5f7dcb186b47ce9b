import type { Comparison } from './forest.ts'

const buffer = new DataView(new ArrayBuffer(8))

/** The largest double below a number; -Infinity for -Infinity. */
export function doubleBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE
  if (value === -Infinity) return value
  buffer.setFloat64(0, value)
  buffer.setBigInt64(0, buffer.getBigInt64(0) + (value > 0 ? -1n : 1n))
  return buffer.getFloat64(0)
}

/**
 * The threshold `t` for which `x <= t` says what the split says, for every x but NaN. Cells must be rounded by the caller where the
 * forest is of single precision. There is one split without such a threshold, see `isNeverTrue`.
 */
export function inclusiveThreshold(threshold: number, comparison: Comparison, singlePrecision: boolean): number {
  const rounded = singlePrecision ? Math.fround(threshold) : threshold
  return comparison === 'less' ? doubleBelow(rounded) : rounded
}

/** Whether the split is `x < -Infinity`, which holds for no x. */
export function isNeverTrue(threshold: number, comparison: Comparison, singlePrecision: boolean): boolean {
  return comparison === 'less' && (singlePrecision ? Math.fround(threshold) : threshold) === -Infinity
}
