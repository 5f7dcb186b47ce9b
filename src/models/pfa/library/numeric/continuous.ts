import { incompleteBeta, inverseIncompleteBeta } from './beta.ts'
import { gammaP, inverseGammaP, lnGamma } from './gamma.ts'
import { lnBeta } from './ln-beta.ts'
import { normalCdf, normalQuantile } from './normal.ts'
import { rootBetween } from './root.ts'

/**
 * Density, distribution function and quantile of one family; parameters are already known to be in its domain, x is finite
 * and p is within 0 and 1.
 */
export interface Distribution {
  readonly pdf: (x: number, a: number, b: number, c: number) => number
  readonly cdf: (x: number, a: number, b: number, c: number) => number
  readonly quantile: (p: number, a: number, b: number, c: number) => number
}

/** Below this, a quantile of the lognormal distribution is smaller than what the accuracy of the reference leaves certain. */
const SOLVED_BELOW = 1e-6

/** Normal with mean mu and standard deviation sigma; `pdf` is the logarithm of the density (PFA's gaussianLL). */
export const gaussian: Distribution = {
  pdf(x, mu, sigma) {
    if (sigma === 0) return x === mu ? Infinity : -Infinity
    return -((x - mu) ** 2) / (2 * sigma * sigma) - Math.log(sigma * Math.sqrt(2 * Math.PI))
  },
  cdf(x, mu, sigma) {
    if (sigma === 0) return x < mu ? 0 : 1
    return normalCdf((x - mu) / sigma)
  },
  quantile(p, mu, sigma) {
    if (p === 0) return -Infinity
    if (p === 1) return Infinity
    return sigma === 0 ? mu : mu + sigma * normalQuantile(p)
  },
}

export const exponential: Distribution = {
  pdf: (x, rate) => (x < 0 ? 0 : rate * Math.exp(-rate * x)),
  cdf: (x, rate) => (x <= 0 ? 0 : -Math.expm1(-rate * x)),
  quantile: (p, rate) => (p === 0 ? 0 : -Math.log1p(-p) / rate),
}

export const gamma: Distribution = {
  pdf(x, shape, scale) {
    if (shape === 0 || scale === 0) return x === 0 ? Infinity : 0
    if (x < 0) return 0
    if (x === 0) return shape < 1 ? Infinity : shape === 1 ? 1 / scale : 0
    return Math.exp((shape - 1) * Math.log(x / scale) - x / scale - lnGamma(shape) - Math.log(scale))
  },
  cdf(x, shape, scale) {
    if (shape === 0 || scale === 0) return x === 0 ? 0 : 1
    return x <= 0 ? 0 : gammaP(shape, x / scale)
  },
  quantile: (p, shape, scale) => (p === 0 ? 0 : p === 1 ? Infinity : scale * inverseGammaP(p, shape)),
}

export const chi2: Distribution = {
  pdf(x, dof) {
    if (dof === 0) return x === 0 ? Infinity : 0
    return x <= 0 ? 0 : gamma.pdf(x, dof / 2, 2, 0)
  },
  cdf(x, dof) {
    if (dof === 0) return x > 0 ? 1 : 0
    return gamma.cdf(x, dof / 2, 2, 0)
  },
  quantile(p, dof) {
    if (p === 1) return Infinity
    return dof === 0 ? 0 : gamma.quantile(p, dof / 2, 2, 0)
  },
}

export const beta: Distribution = {
  pdf(x, a, b) {
    if (x <= 0 || x >= 1) return 0
    return Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - lnBeta(a, b))
  },
  cdf: incompleteBeta,
  quantile: inverseIncompleteBeta,
}

export const cauchy: Distribution = {
  pdf: (x, location, scale) => 1 / (Math.PI * scale * (1 + ((x - location) / scale) ** 2)),
  cdf: (x, location, scale) => 0.5 + Math.atan2(x - location, scale) / Math.PI,
  quantile(p, location, scale) {
    if (p === 0) return -Infinity
    if (p === 1) return Infinity
    return location + scale * Math.tan(Math.PI * (p - 0.5))
  },
}

export const fisher: Distribution = {
  pdf(x, d1, d2) {
    if (x <= 0) return 0
    const ratio = d1 / d2
    return Math.exp(
      (d1 / 2) * Math.log(ratio) + (d1 / 2 - 1) * Math.log(x) - lnBeta(d1 / 2, d2 / 2) - ((d1 + d2) / 2) * Math.log1p(ratio * x),
    )
  },
  cdf: (x, d1, d2) => (x <= 0 ? 0 : incompleteBeta((d1 * x) / (d1 * x + d2), d1 / 2, d2 / 2)),
  quantile(p, d1, d2) {
    if (p === 0) return 0
    if (p === 1) return Infinity
    // The complement keeps the digits of a quantile close to 1.
    const y = inverseIncompleteBeta(1 - p, d2 / 2, d1 / 2)
    return (d2 * (1 - y)) / (d1 * y)
  },
}

export const lognormal: Distribution = {
  pdf: (x, mu, sigma) => (x <= 0 ? 0 : Math.exp(-((Math.log(x) - mu) ** 2) / (2 * sigma * sigma)) / (x * sigma * Math.sqrt(2 * Math.PI))),
  cdf: (x, mu, sigma) => (x <= 0 ? 0 : normalCdf((Math.log(x) - mu) / sigma)),
  quantile(p, mu, sigma) {
    if (p === 0) return 0
    if (p === 1) return Infinity
    const exact = Math.exp(mu + sigma * normalQuantile(p))
    return exact < SOLVED_BELOW ? (solvedLognormal(p, mu, sigma) ?? exact) : exact
  },
}

/**
 * Small quantiles are those of the JVM's engine, which solves for them to 1e-9, between 0 and Chebyshev's bound; undefined where it
 * can't.
 */
function solvedLognormal(p: number, mu: number, sigma: number): number | undefined {
  const mean = Math.exp(mu + (sigma * sigma) / 2)
  const deviation = mean * Math.sqrt(Math.expm1(sigma * sigma))
  const high = mean + deviation * Math.sqrt(p / (1 - p))
  const excess = (x: number): number => lognormal.cdf(x, mu, sigma, 0) - p
  const middle = high / 2
  if (!Number.isFinite(high) || excess(high) < 0) return undefined
  return excess(middle) > 0 ? rootBetween(excess, 0, middle) : rootBetween(excess, middle, high)
}

export const student: Distribution = {
  pdf: (x, dof) => Math.exp(-lnBeta(0.5, dof / 2) - ((dof + 1) / 2) * Math.log1p((x * x) / dof)) / Math.sqrt(dof),
  cdf(x, dof) {
    if (x === 0) return 0.5
    const tail = 0.5 * incompleteBeta(dof / (dof + x * x), dof / 2, 0.5)
    return x > 0 ? 1 - tail : tail
  },
  quantile(p, dof) {
    if (p === 0) return -Infinity
    if (p === 1) return Infinity
    if (p === 0.5) return 0
    const y = inverseIncompleteBeta(2 * Math.min(p, 1 - p), dof / 2, 0.5)
    const size = Math.sqrt((dof * (1 - y)) / y)
    return p < 0.5 ? -size : size
  },
}

export const uniform: Distribution = {
  pdf: (x, min, max) => (x < min || x > max ? 0 : 1 / (max - min)),
  cdf: (x, min, max) => (x < min ? 0 : x > max ? 1 : (x - min) / (max - min)),
  quantile: (p, min, max) => min + p * (max - min),
}

export const weibull: Distribution = {
  pdf(x, shape, scale) {
    if (x < 0) return 0
    if (x === 0) return shape < 1 ? Number.NaN : shape === 1 ? 1 / scale : 0
    return (shape / scale) * (x / scale) ** (shape - 1) * Math.exp(-((x / scale) ** shape))
  },
  cdf: (x, shape, scale) => (x < 0 ? 0 : -Math.expm1(-((x / scale) ** shape))),
  quantile: (p, shape, scale) => (p === 1 ? Infinity : scale * (-Math.log1p(-p)) ** (1 / shape)),
}
