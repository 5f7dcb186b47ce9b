import { incompleteBeta } from './beta.ts'
import { choose } from './combinations.ts'
import type { Distribution } from './continuous.ts'
import { gammaQ, lnGamma } from './gamma.ts'
import { normalCdf, normalQuantile } from './normal.ts'
import { lnBinomialMass } from './saddle-point.ts'

/** Masses are summed up to this many; beyond, the normal approximation takes their place. */
const MAX_STEPS = 10_000

interface Moments {
  readonly mean: number
  readonly deviation: number
}

/**
 * The first count, from 0, at which a rising distribution function reaches p: by halving, within the bounds that Chebyshev's
 * inequality gives.
 */
function search(p: number, { mean, deviation }: Moments, cdf: (x: number) => number): number {
  const odds = Math.sqrt((1 - p) / p)
  let low = Math.max(-1, Math.ceil(mean - odds * deviation) - 1)
  let high = Math.max(low + 1, Math.ceil(mean + deviation / odds))
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2)
    if (cdf(middle) >= p) high = middle
    else low = middle
  }
  return high
}

export const poisson: Distribution = {
  pdf(x, lambda) {
    if (lambda === 0) return x === 0 ? 1 : 0
    return x < 0 ? 0 : Math.exp(x * Math.log(lambda) - lambda - lnGamma(x + 1))
  },
  cdf(x, lambda) {
    if (lambda === 0) return x >= 0 ? 1 : 0
    return x < 0 ? 0 : gammaQ(Math.floor(x + 1), lambda)
  },
  quantile(p, lambda) {
    if (lambda === 0) return 0
    if (p === 1) return Infinity
    if (p === 0) return 0
    return search(p, { mean: lambda, deviation: Math.sqrt(lambda) }, (x) => gammaQ(x + 1, lambda))
  },
}

export const binomial: Distribution = {
  pdf(x, size, prob) {
    if (x < 0 || x >= size) return 0
    return choose(size, x) * prob ** x * (1 - prob) ** (size - x)
  },
  cdf(x, size, prob) {
    if (x < 0) return 0
    if (x >= size) return 1
    if (prob === 1) return 0
    if (prob === 0) return 1
    const whole = Math.floor(x)
    return 1 - incompleteBeta(prob, whole + 1, size - whole)
  },
  quantile(p, size, prob) {
    if (p === 1) return size
    if (p === 0) return 0
    return search(p, { mean: size * prob, deviation: Math.sqrt(size * prob * (1 - prob)) }, (x) => binomial.cdf(x, size, prob, 0))
  },
}

export const geometric: Distribution = {
  pdf: (x, prob) => (x < 0 ? 0 : prob * (1 - prob) ** x),
  cdf: (x, prob) => (x < 0 ? 0 : 1 - (1 - prob) ** (Math.floor(x) + 1)),
  quantile(p, prob) {
    if (p === 1) return Infinity
    if (p === 0 || prob === 1) return 0
    return Math.floor(Math.log(1 - p) / Math.log(1 - prob))
  },
}

/** Mass of x white balls among k drawn from m white and n black ones; NaN at x = 0 where there are no white balls and few draws. */
function hypergeometricMass(x: number, m: number, n: number, k: number): number {
  if (x < 0 || x > k || k - x > n || x > m) return 0
  const drawn = [k / (m + n), (m + n - k) / (m + n)] as const
  return Math.exp(lnBinomialMass(x, m, drawn) + lnBinomialMass(k - x, n, drawn) - lnBinomialMass(k, m + n, drawn))
}

/** Mean and standard deviation of the white balls drawn. */
function hypergeometricMoments(m: number, n: number, k: number): readonly [mean: number, deviation: number] {
  const all = m + n
  return [(k * m) / all, Math.sqrt(((k * m) / all) * (n / all) * ((all - k) / Math.max(1, all - 1)))]
}

export const hypergeometric: Distribution = {
  pdf: hypergeometricMass,
  cdf(x, m, n, k) {
    if (x > m) return 0
    if (x >= Math.min(k, m)) return 1
    const first = Math.max(0, k - n)
    const last = x
    if (last - first > MAX_STEPS) {
      const [mean, deviation] = hypergeometricMoments(m, n, k)
      return normalCdf((last + 0.5 - mean) / deviation)
    }
    let sum = 0
    for (let i = first; i <= last; i++) sum += hypergeometricMass(i, m, n, k)
    return sum
  },
  quantile(p, m, n, k) {
    const least = Math.max(0, k - n)
    const most = Math.min(k, m)
    if (p === 1) return most
    if (p === 0) return least
    let sum = 0
    for (let x = least; x < most && x - least < MAX_STEPS; x++) {
      sum += hypergeometricMass(x, m, n, k)
      if (sum >= p) return x
    }
    if (most - least < MAX_STEPS) return most
    const [mean, deviation] = hypergeometricMoments(m, n, k)
    return Math.ceil(mean + deviation * normalQuantile(p))
  },
}

export const negativeBinomial: Distribution = {
  pdf(x, size, prob) {
    if (size === 0) return x === 0 ? 1 : 0
    if (x < 0) return 0
    if (prob === 1) return x === 0 ? 1 : 0
    // The reference's coefficient is a long that stays at its largest value.
    return Math.min(choose(size + x - 1, x), 2 ** 63) * (1 - prob) ** x * prob ** size
  },
  cdf(x, size, prob) {
    if (size === 0) return x === 0 ? 1 : 0
    if (x < 0) return 0
    return incompleteBeta(prob, size, Math.floor(x) + 1)
  },
  quantile(p, size, prob) {
    if (size === 0 || p === 0) return 0
    if (p === 1) return Infinity
    if (prob === 1) return 0
    const mean = (size * (1 - prob)) / prob
    return search(p, { mean, deviation: Math.sqrt(mean / prob) }, (x) => incompleteBeta(prob, size, x + 1))
  },
}
