import { lnBeta } from './ln-beta.ts'

const EPSILON = 1e-16
const TINY = 1e-300
const MAX_ITERATIONS = 100_000

/** The regularised incomplete beta function I_x(a, b) for `a, b > 0`. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (Number.isNaN(x) || Number.isNaN(a) || Number.isNaN(b)) return Number.NaN
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2) && 1 - x <= (b + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  return Math.exp(a * Math.log(x) + b * Math.log1p(-x) - Math.log(a) - lnBeta(a, b)) * fraction(x, a, b)
}

/** The continued fraction of the incomplete beta function, evaluated by Lentz's method. */
function fraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 - ((a + b) * x) / (a + 1)
  if (Math.abs(d) < TINY) d = TINY
  d = 1 / d
  let h = d
  for (let m = 1; m < MAX_ITERATIONS; m++) {
    const even = (m * (b - m) * x) / ((a - 1 + 2 * m) * (a + 2 * m))
    d = 1 + even * d
    if (Math.abs(d) < TINY) d = TINY
    c = 1 + even / c
    if (Math.abs(c) < TINY) c = TINY
    d = 1 / d
    h *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 1 + 2 * m))
    d = 1 + odd * d
    if (Math.abs(d) < TINY) d = TINY
    c = 1 + odd / c
    if (Math.abs(c) < TINY) c = TINY
    d = 1 / d
    const step = d * c
    h *= step
    if (Math.abs(step - 1) < EPSILON) break
  }
  return h
}

/** The x with I_x(a, b) = p, by Newton's method kept within a shrinking bracket. */
export function inverseIncompleteBeta(p: number, a: number, b: number): number {
  if (p <= 0) return 0
  if (p >= 1) return 1
  let low = 0
  let high = 1
  let x = a / (a + b)
  const norm = lnBeta(a, b)
  for (let i = 0; i < 400; i++) {
    const error = incompleteBeta(x, a, b) - p
    if (error === 0) return x
    if (error > 0) high = x
    else low = x
    const density = Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - norm)
    let next = x - error / density
    // A geometric step finds the quantiles that are tiny.
    if (!(next > low && next < high)) next = low > 0 && high / low > 4 ? Math.sqrt(low * high) : low === 0 ? high / 16 : (low + high) / 2
    if (next <= 0 || Math.abs(next - x) <= 1e-15 * x) return next
    x = next
  }
  return x
}
