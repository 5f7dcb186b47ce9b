/** 10^0 … 10^22: the powers of ten that a double holds exactly. */
export const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

const SPLIT = 2 ** 27 + 1
/** Far more than the error of what is computed below, and far less than what makes most numbers ambiguous. */
const MARGIN = 2 ** -40

/**
 * The double nearest to (high × 10^lowDigits + low) / 10^scale, for integers of nine digits and fewer (or of eight, and ten), and a scale from 0 to 22; or NaN where the true value is so near
 * to the middle of two doubles that this arithmetic can't tell. The dividend is kept as a sum of two doubles, without an error (Dekker
 * 1971), divided with a remainder, and rounded only where all values within the error round alike (Ziv 1991).
 */
// eslint-disable-next-line max-params -- called per number
export function nearestQuotient(high: number, low: number, lowDigits: number, scale: number): number {
  const power = POWERS[scale]!
  // At most 30 + 21 bits, or 27 + 24, since 10^9 is 2^9 times 5^9: exact. With low it is `sum + rest`.
  const product = high * POWERS[lowDigits]!
  const sum = product + low
  const part = sum - product
  const rest = product - (sum - part) + (low - part)
  if (scale === 0) return sum
  const quotient = sum / power
  // quotient × power is `top + bottom`.
  const top = quotient * power
  const a = SPLIT * quotient
  const aHigh = a - (a - quotient)
  const aLow = quotient - aHigh
  const b = SPLIT * power
  const bHigh = b - (b - power)
  const bLow = power - bHigh
  const bottom = aLow * bLow - (top - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
  const correction = (sum - top - bottom + rest) / power
  const nearest = quotient + correction * (1 + MARGIN)
  return nearest === quotient + correction * (1 - MARGIN) ? nearest : Number.NaN
}
