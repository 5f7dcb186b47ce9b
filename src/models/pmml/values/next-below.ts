const doubles = new Float64Array(1)
const bits = new BigInt64Array(doubles.buffer)

/** The largest double below one that is not -Infinity: so x < value is x <= nextBelow(value). */
export function nextBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE
  doubles[0] = value
  bits[0]! += value > 0 ? -1n : 1n
  return doubles[0]
}
