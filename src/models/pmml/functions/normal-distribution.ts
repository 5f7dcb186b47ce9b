import { exp } from './exponential.ts'
const SQRT_PI = Math.sqrt(Math.PI)
const SQRT_2 = Math.SQRT2

/** The error function, to a few units in the last place: a series of positive terms near 0, a continued fraction beyond. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return NaN
  const size = Math.abs(x)
  if (size > 6) return Math.sign(x)
  return size < 2.5 ? series(x) : Math.sign(x) * (1 - tail(size))
}

/** 1 - erf(x), with the same relative precision where it is small. */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return NaN
  return x < 1.25 ? 1 - erf(x) : tail(x)
}

function series(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
    if (Math.abs(term) < Math.abs(sum) * 1e-18) break
  }
  return (2 / SQRT_PI) * exp(-x * x) * sum
}

function tail(x: number): number {
  let fraction = x
  for (let k = 120; k > 0; k--) fraction = x + k / 2 / fraction
  return exp(-x * x) / (SQRT_PI * fraction)
}

/** The probability that a standard normal variable is at most z. */
export function normalCdf(z: number): number {
  return z < 0 ? 0.5 * erfc(-z / SQRT_2) : 0.5 * (1 + erf(z / SQRT_2))
}

export function normalPdf(z: number): number {
  return exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)
}

/** The z with normalCdf(z) = p: a rational start, then Halley steps on the exact function. NaN outside of 0 to 1. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity
  if (p === 0.5) return 0
  if (p > 0.5) return -lowerQuantile(1 - p)
  return lowerQuantile(p)
}

function lowerQuantile(p: number): number {
  // The tail's leading terms (Abramowitz and Stegun 26.2.23), good to 4.5e-4.
  const t = Math.sqrt(-2 * Math.log(p))
  let z = -(t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))))
  for (let i = 0; i < 4; i++) {
    const step = (normalCdf(z) - p) / normalPdf(z)
    z -= step / (1 + (z * step) / 2)
    if (Math.abs(step) < 1e-16 * Math.abs(z)) break
  }
  return z
}
