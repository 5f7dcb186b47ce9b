/** Steps per power of two. */
const STEP_BITS = 7
const STEPS = 2 ** STEP_BITS
const PER_STEP = STEPS / Math.LN2
/** ln 2 in two parts: the first one's last bits are zero, so that its products with whole numbers below 2^20 are exact. */
const LN2_HIGH = 6.9314718036912381649e-1 / STEPS
const LN2_LOW = 1.90821492927058770002e-10 / STEPS
/** Beyond it, powers of two leave the normal doubles. */
const LARGEST = 700

const POWERS = Float64Array.from({ length: 2 * 1022 + 1 }, (_, i) => 2 ** (i - 1022))
const { high: HIGH, rest: REST } = rootsOfTwo()

/**
 * e^x to 0.51 units in the last place. `Math.exp` is wrong in the last bit for one number in ten, which shows where probabilities are
 * compared with those of the library that a model was trained with.
 */
export function exp(x: number): number {
  if (!(x > -LARGEST && x < LARGEST)) return Math.exp(x)
  // x = (128 k + j) ln(2) / 128 + r, so e^x = 2^k 2^(j/128) e^r, with |r| below 0.0028.
  const whole = Math.floor(x * PER_STEP + 0.5) | 0
  const r = x - whole * LN2_HIGH - whole * LN2_LOW
  const j = whole & (STEPS - 1)
  const less1 = r + r * r * (0.5 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120))))
  const root = HIGH[j]!
  return (root + root * (less1 + REST[j]!)) * POWERS[(whole >> STEP_BITS) + 1022]!
}

/**
 * Puts e^(factor x) in the place of each x of a stretch of numbers, with the bits of `exp`. A call of that for each number takes twice
 * the time, in which it makes objects of numbers.
 */
export function expInPlace(values: Float64Array, stretch: { readonly from: number; readonly to: number; readonly factor: number }): void {
  const { from, to, factor } = stretch
  for (let i = from; i < to; i++) {
    const x = factor * values[i]!
    if (!(x > -LARGEST && x < LARGEST)) {
      values[i] = Math.exp(x)
      continue
    }
    const whole = Math.floor(x * PER_STEP + 0.5) | 0
    const r = x - whole * LN2_HIGH - whole * LN2_LOW
    const j = whole & (STEPS - 1)
    const less1 = r + r * r * (0.5 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120))))
    const root = HIGH[j]!
    values[i] = (root + root * (less1 + REST[j]!)) * POWERS[(whole >> STEP_BITS) + 1022]!
  }
}

/** 2^(j/128) as doubles, and what each lacks to the exact one, relative to it. */
function rootsOfTwo(): { high: Float64Array; rest: Float64Array } {
  const bits = 160n
  const one = 1n << bits
  let step = 2n << bits
  for (let i = 1; i < STEPS; i *= 2) step = rootOf(step << bits)
  const high = new Float64Array(STEPS)
  const rest = new Float64Array(STEPS)
  let exact = one
  for (let j = 0; j < STEPS; j++) {
    // A double from 1 to 2 has 52 bits after the point.
    const rounded = (exact + (1n << (bits - 53n))) >> (bits - 52n)
    high[j] = Number(rounded) / 2 ** 52
    rest[j] = Number(exact - (rounded << (bits - 52n))) / Number(exact)
    exact = (exact * step) >> bits
  }
  return { high, rest }
}

/** The whole part of a square root, by Newton's method. */
function rootOf(square: bigint): bigint {
  let root = 1n << BigInt((square.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (root + square / root) >> 1n
    if (next >= root) return root
    root = next
  }
}
