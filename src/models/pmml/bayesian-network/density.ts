import type { NodeDistributionKind } from './bayesian-network-plan.ts'

/** The density at x, with the parameters in the order of `NODE_DISTRIBUTIONS`; NaN where they are no parameters of the distribution. */
type Density = (x: number, parameters: Float64Array) => number

export const DENSITIES: Readonly<Record<NodeDistributionKind, Density>> = {
  NormalDistributionForBN: (x, [mean, variance]) => normal(x, mean!, variance!),
  // Of the logarithm, mean and variance.
  LognormalDistributionForBN: (x, [mean, variance]) => (x > 0 ? normal(Math.log(x), mean!, variance!) / x : x <= 0 ? 0 : NaN),
  UniformDistributionForBN: (x, [lower, upper]) => {
    if (!(lower! < upper!) || Number.isNaN(x)) return NaN
    return x >= lower! && x <= upper! ? 1 / (upper! - lower!) : 0
  },
  TriangularDistributionForBN: (x, [mean, lower, upper]) => {
    // The mean of a triangle is the third part of the sum of its corners.
    const top = 3 * mean! - lower! - upper!
    if (!(lower! < upper! && top >= lower! && top <= upper!) || Number.isNaN(x)) return NaN
    if (x < lower! || x > upper!) return 0
    const width = upper! - lower!
    if (x < top) return (2 * (x - lower!)) / (width * (top - lower!))
    return x > top ? (2 * (upper! - x)) / (width * (upper! - top)) : 2 / width
  },
}

function normal(x: number, mean: number, variance: number): number {
  if (!(variance > 0)) return NaN
  return Math.exp(-((x - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance)
}
