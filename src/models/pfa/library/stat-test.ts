import { type LibraryFunction, plain } from './library-function.ts'

const TERMS = 150

/** Kolmogorov's distribution function. */
function kolmogorovCdf(z: number): number {
  let sum = 0
  for (let v = 1; v < TERMS; v++) sum += Math.exp((-((2 * v - 1) ** 2) * Math.PI ** 2) / (8 * z * z))
  return (Math.sqrt(2 * Math.PI) / z) * sum
}

/** The probability that two samples, without their NaNs, come from one distribution: the test of Kolmogorov and Smirnov. */
function kolmogorov(first: readonly number[], second: readonly number[]): number {
  const x = sorted(first)
  const y = sorted(second)
  if (x.length === y.length && x.every((value, i) => value === y[i])) return 1
  if (x.length === 0 || y.length === 0) return 0
  const size = Math.sqrt((x.length * y.length) / (x.length + y.length))
  return 1 - kolmogorovCdf((size + 0.12 + 0.11 / size) * largestGap(x, y))
}

function sorted(values: readonly number[]): number[] {
  return values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

/** The largest difference between the empirical distribution functions of two sorted samples. */
function largestGap(x: readonly number[], y: readonly number[]): number {
  let i = 0
  let j = 0
  let gap = 0
  while (i < x.length && j < y.length) {
    const a = x[i]!
    const b = y[j]!
    if (a <= b) i++
    if (b <= a) j++
    gap = Math.max(gap, Math.abs(j / y.length - i / x.length))
  }
  return gap
}

/** PFA 0.8.1, Statistical test library (`stat.test.*`), but for residuals. */
export const STAT_TEST: readonly LibraryFunction[] = [
  { name: 'stat.test.kolmogorov', signatures: ['(x: array(double), y: array(double)) -> double'], build: plain(kolmogorov) },
]
