import { describe, expect, it } from 'vitest'
import { incompleteBeta, inverseIncompleteBeta } from './beta.ts'
import { choose } from './combinations.ts'
import * as continuous from './continuous.ts'
import * as discrete from './discrete.ts'
import { erf, erfc, gammaP, gammaQ, inverseGammaP, lnGamma } from './gamma.ts'
import { lnBeta } from './ln-beta.ts'
import { normalCdf, normalQuantile } from './normal.ts'
import { rootBetween } from './root.ts'

function errorOf(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.max(1e-300, Math.abs(expected))
}

describe('special functions', () => {
  it('the gamma function has the values of factorials and of the half', () => {
    expect(errorOf(lnGamma(0.5), Math.log(Math.sqrt(Math.PI)))).toBeLessThan(1e-12)
    expect(errorOf(lnGamma(11), Math.log(3_628_800))).toBeLessThan(1e-12)
    // Stirling's series, to a term of 1e-20.
    expect(
      errorOf(
        lnGamma(1000.5),
        1000 * Math.log(1000.5) - 1000.5 + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * 1000.5) - 1 / (360 * 1000.5 ** 3),
      ),
    ).toBeLessThan(1e-12)
    expect(lnGamma(-1)).toBeNaN()
  })

  it('the error function has its tabulated values, also far out', () => {
    expect(errorOf(erf(0.5), 0.5204998778130465)).toBeLessThan(1e-12)
    expect(errorOf(erf(-1), -0.8427007929497149)).toBeLessThan(1e-12)
    expect(errorOf(erfc(2), 0.004677734981047266)).toBeLessThan(1e-12)
    expect(errorOf(erfc(10), 2.088487583762545e-45)).toBeLessThan(1e-12)
    expect([erf(0), erf(Infinity), erfc(-Infinity)]).toEqual([0, 1, 2])
  })

  it('the incomplete gamma function is an exponential for a = 1, and a Poisson sum for whole a', () => {
    for (const x of [1e-8, 0.3, 1, 7, 60]) expect(errorOf(gammaP(1, x), -Math.expm1(-x))).toBeLessThan(1e-12)
    const sum = Math.exp(-3.5) * (1 + 3.5 + 3.5 ** 2 / 2 + 3.5 ** 3 / 6)
    expect(errorOf(gammaQ(4, 3.5), sum)).toBeLessThan(1e-12)
    for (const [p, a] of [
      [1e-6, 0.2],
      [0.5, 3],
      [0.999, 40],
      [0.01, 500],
    ] as const)
      expect(errorOf(gammaP(a, inverseGammaP(p, a)), p)).toBeLessThan(1e-9)
  })

  it('the incomplete beta function is a power for b = 1, and its inverse inverts it', () => {
    for (const x of [1e-9, 0.2, 0.5, 0.99]) expect(errorOf(incompleteBeta(x, 3.7, 1), x ** 3.7)).toBeLessThan(1e-12)
    expect(errorOf(incompleteBeta(0.3, 2, 3), 0.3483)).toBeLessThan(1e-12)
    expect(errorOf(Math.exp(lnBeta(2, 3)), 1 / 12)).toBeLessThan(1e-12)
    for (const [p, a, b] of [
      [1e-7, 0.3, 4],
      [0.5, 20, 2],
      [0.999, 2, 2],
      [0.02, 300, 700],
    ] as const) {
      expect(errorOf(incompleteBeta(inverseIncompleteBeta(p, a, b), a, b), p)).toBeLessThan(1e-9)
    }
  })

  it('the beta function of a and 1 is 1/a, and each step follows from the one before', () => {
    for (const a of [0.2, 1.5, 2.5, 7.25, 40, 3000]) {
      expect(errorOf(lnBeta(a, 1), -Math.log(a))).toBeLessThan(1e-12)
      for (const b of [0.4, 3.5, 12, 800, 5000]) {
        // B(a, b + 1) = B(a, b) b / (a + b).
        expect(Math.abs(lnBeta(a, b + 1) - lnBeta(a, b) - Math.log(b / (a + b)))).toBeLessThan(1e-11)
        expect(lnBeta(a, b)).toBe(lnBeta(b, a))
      }
    }
  })

  it('binomial coefficients are exact', () => {
    expect([choose(5, 2), choose(52, 5), choose(30, 15), choose(3, 4), choose(3, -1), choose(0, 0)]).toEqual([
      10, 2_598_960, 155_117_520, 0, 0, 1,
    ])
  })
})

describe('rootBetween', () => {
  it('finds where a function changes its sign', () => {
    expect(rootBetween(Math.cos, 0, 3)).toBeCloseTo(Math.PI / 2, 9)
    expect(rootBetween((x) => x ** 3 - 2, -5, 5)).toBeCloseTo(Math.cbrt(2), 8)
    expect(rootBetween((x) => (x < 0.7 ? -1 : 1), 0, 1)).toBeCloseTo(0.7, 8)
  })
})

describe('continuous distributions', () => {
  it('the normal quantile has its tabulated values', () => {
    expect(errorOf(normalQuantile(0.975), 1.959963984540054)).toBeLessThan(1e-12)
    expect(errorOf(normalQuantile(1e-10), -6.361340902404056)).toBeLessThan(1e-9)
    expect(errorOf(normalCdf(-1.6448536269514722), 0.05)).toBeLessThan(1e-12)
  })

  it('quantiles are those of the tables of chi square, t and F', () => {
    expect(errorOf(continuous.chi2.quantile(0.95, 3, 0, 0), 7.814727903251179)).toBeLessThan(1e-12)
    expect(errorOf(continuous.student.quantile(0.975, 10, 0, 0), 2.228138851986274)).toBeLessThan(1e-12)
    expect(errorOf(continuous.student.quantile(0.025, 10, 0, 0), -2.228138851986274)).toBeLessThan(1e-12)
    expect(errorOf(continuous.fisher.quantile(0.95, 5, 10, 0), 3.325834530413012)).toBeLessThan(1e-12)
  })

  it('a quantile of a distribution function is where it came from', () => {
    const families = [
      [continuous.exponential, 2, 0],
      [continuous.gamma, 2.5, 3],
      [continuous.beta, 0.5, 4],
      [continuous.cauchy, 1, 2],
      [continuous.lognormal, 0.3, 0.8],
      [continuous.uniform, -1, 4],
      [continuous.weibull, 1.7, 2],
    ] as const
    for (const [family, a, b] of families)
      for (const p of [0.001, 0.25, 0.9]) expect(errorOf(family.cdf(family.quantile(p, a, b, 0), a, b, 0), p)).toBeLessThan(1e-9)
  })

  it('a density is the slope of its distribution function', () => {
    const h = 1e-5
    for (const [family, a, b] of [
      [continuous.fisher, 5, 7],
      [continuous.student, 4, 0],
      [continuous.gamma, 3, 2],
      [continuous.beta, 2, 3],
    ] as const) {
      const slope = (family.cdf(0.4 + h, a, b, 0) - family.cdf(0.4 - h, a, b, 0)) / (2 * h)
      expect(errorOf(family.pdf(0.4, a, b, 0), slope)).toBeLessThan(1e-6)
    }
  })
})

describe('discrete distributions', () => {
  it('distribution functions are sums of masses', () => {
    const sum = (mass: (x: number) => number, to: number): number =>
      Array.from({ length: to + 1 }, (_mass, x) => mass(x)).reduce((x, y) => x + y)
    expect(
      errorOf(
        discrete.poisson.cdf(4, 2.5, 0, 0),
        sum((x) => discrete.poisson.pdf(x, 2.5, 0, 0), 4),
      ),
    ).toBeLessThan(1e-12)
    expect(
      errorOf(
        discrete.binomial.cdf(4, 12, 0.3, 0),
        sum((x) => discrete.binomial.pdf(x, 12, 0.3, 0), 4),
      ),
    ).toBeLessThan(1e-12)
    expect(
      errorOf(
        discrete.negativeBinomial.cdf(6, 3, 0.4, 0),
        sum((x) => discrete.negativeBinomial.pdf(x, 3, 0.4, 0), 6),
      ),
    ).toBeLessThan(1e-12)
    expect(
      errorOf(discrete.hypergeometric.cdf(2, 5, 10, 4), (choose(10, 4) + 5 * choose(10, 3) + 10 * choose(10, 2)) / choose(15, 4)),
    ).toBeLessThan(1e-12)
  })

  it('a quantile is the first count at which the distribution function gets there', () => {
    for (const [family, a, b, c] of [
      [discrete.poisson, 3.5, 0, 0],
      [discrete.binomial, 20, 0.3, 0],
      [discrete.negativeBinomial, 4, 0.2, 0],
      [discrete.hypergeometric, 20, 30, 12],
    ] as const) {
      for (const p of [0.03, 0.5, 0.97]) {
        const x = family.quantile(p, a, b, c)
        expect(family.cdf(x, a, b, c)).toBeGreaterThanOrEqual(p)
        expect(x === 0 ? -1 : family.cdf(x - 1, a, b, c)).toBeLessThan(p)
      }
    }
  })

  it('huge parameters cost no huge loops', () => {
    const started = performance.now()
    expect(errorOf(discrete.poisson.quantile(0.5, 1e9, 0, 0), 1e9)).toBeLessThan(1e-6)
    expect(errorOf(discrete.binomial.quantile(0.5, 2e9, 0.5, 0), 1e9)).toBeLessThan(1e-6)
    expect(errorOf(discrete.hypergeometric.cdf(5e8, 1e9, 1e9, 1e9), 0.5)).toBeLessThan(1e-3)
    expect(errorOf(discrete.negativeBinomial.quantile(0.5, 1e9, 0.5, 0), 1e9)).toBeLessThan(1e-6)
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
