import { lnGamma } from './gamma.ts'

/** Stirling's series of what `(x - 1/2) ln x - x + ln √(2π)` lacks of ln Γ(x), in odd powers of 1/x. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156, -3617 / 122_400, 43_867 / 244_188]
const HALF_LN_TWO_PI = 0.5 * Math.log(2 * Math.PI)

/**
 * Natural logarithm of the beta function for positive p and q, after DiDonato and Morris ("Algorithm 708", 1992): large arguments are
 * brought together before logarithms are taken, so that nothing large cancels out.
 */
export function lnBeta(p: number, q: number): number {
  const a = Math.min(p, q)
  const b = Math.max(p, q)
  if (!(a > 0)) return Number.NaN
  if (a >= 10) return ofLarge(a, b)
  if (a > 2) return b > 1000 ? besideHuge(a, b) : reduced(a, b)
  if (b >= 10) return lnGamma(a) + lnGammaQuotient(a, b)
  if (a >= 1 && b > 2) {
    const [rest, product] = reduce(b, (x) => x / (a + x))
    return Math.log(product) + (lnGamma(a) + (lnGamma(rest) - lnGamma(a + rest)))
  }
  return lnGamma(a) + lnGamma(b) - lnGamma(a + b)
}

/** Takes steps of 1 off x until it is at most 2; also the product of a factor for each step. */
function reduce(x: number, factor: (x: number) => number): readonly [rest: number, product: number] {
  let rest = x
  let product = 1
  while (rest > 2) {
    rest -= 1
    product *= factor(rest)
  }
  return [rest, product]
}

function reduced(a: number, b: number): number {
  const [smallA, productA] = reduce(a, (x) => x / b / (1 + x / b))
  if (b >= 10) return Math.log(productA) + (lnGamma(smallA) + lnGammaQuotient(smallA, b))
  const [smallB, productB] = reduce(b, (x) => x / (smallA + x))
  return Math.log(productA) + Math.log(productB) + (lnGamma(smallA) + (lnGamma(smallB) - lnGamma(smallA + smallB)))
}

function besideHuge(a: number, b: number): number {
  const steps = Math.floor(a - 1)
  let rest = a
  let product = 1
  for (let i = 0; i < steps; i++) {
    rest -= 1
    product *= rest / (1 + rest / b)
  }
  return Math.log(product) - steps * Math.log(b) + (lnGamma(rest) + lnGammaQuotient(rest, b))
}

function ofLarge(a: number, b: number): number {
  const ratio = a / b
  const share = ratio / (1 + ratio)
  const u = -(a - 0.5) * Math.log(share)
  const v = b * Math.log1p(ratio)
  const rest = -0.5 * Math.log(b) + HALF_LN_TWO_PI + (stirling(a) + stirlingDifference(a, b))
  return u <= v ? rest - u - v : rest - v - u
}

/** ln Γ(b) - ln Γ(a + b) for `b >= 10`. */
function lnGammaQuotient(a: number, b: number): number {
  const [smaller, larger] = a <= b ? [a, b] : [b, a]
  const u = (larger + (smaller - 0.5)) * Math.log1p(a / b)
  const v = a * (Math.log(b) - 1)
  const w = stirlingDifference(smaller, larger)
  return u <= v ? w - u - v : w - v - u
}

/** Stirling's series at x, for `x >= 10`. */
function stirling(x: number): number {
  const square = 1 / (x * x)
  let sum = 0
  for (let i = STIRLING.length - 1; i >= 0; i--) sum = sum * square + STIRLING[i]!
  return sum / x
}

/** Stirling's series at b less that at a + b, for `b >= 10`, without the cancellation. */
function stirlingDifference(a: number, b: number): number {
  const ratio = a / b
  const x = 1 / (1 + ratio)
  // (1 - x^(2i + 1)) / (1 - x) for each i.
  const sums = [1]
  for (let i = 1; i < STIRLING.length; i++) sums.push(1 + (x + x * x * sums[i - 1]!))
  const square = 1 / (b * b)
  let sum = 0
  for (let i = STIRLING.length - 1; i >= 0; i--) sum = sum * square + STIRLING[i]! * sums[i]!
  return (sum * (ratio / (1 + ratio))) / b
}
