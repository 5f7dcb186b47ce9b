/**
 * The logarithm of the binomial mass of x successes in n trials, where q is 1 - p: Loader's saddle-point expansion ("Fast and accurate
 * computation of binomial probabilities", 2000), which keeps its digits for large n. NaN for no trials at an end of p.
 */
export function lnBinomialMass(x: number, n: number, [p, q]: readonly [p: number, q: number]): number {
  if (x === 0) return p < 0.1 ? -deviance(n, n * q) - n * p : n * Math.log(q)
  if (x === n) return q < 0.1 ? -deviance(n, n * p) - n * q : n * Math.log(p)
  const corrections = stirlingError(n) - stirlingError(x) - stirlingError(n - x)
  return corrections - deviance(x, n * p) - deviance(n - x, n * q) - 0.5 * Math.log((2 * Math.PI * x * (n - x)) / n)
}

/** What Stirling's formula lacks of ln n!, for n from 0. */
const STIRLING_ERRORS = [
  0, 0.08106146679532726, 0.0413406959554093, 0.02767792568499834, 0.02079067210376509, 0.016644691189821193, 0.013876128823070748,
  0.01189670994589177, 0.010411265261972096, 0.009255462182712733, 0.00833056343336287, 0.00757367548795184, 0.00694284010720953,
  0.006408994188004207, 0.005951370112758848,
]

function stirlingError(n: number): number {
  const known = STIRLING_ERRORS[n]
  if (known !== undefined) return known
  const square = n * n
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / n
}

/** x ln(x/mean) + mean - x, by its series where the two are close. */
function deviance(x: number, mean: number): number {
  const difference = x - mean
  if (!(Math.abs(difference) < 0.1 * (x + mean))) return x * Math.log(x / mean) + mean - x
  const ratio = difference / (x + mean)
  let sum = ratio * difference
  let term = 2 * x * ratio
  for (let j = 1; j < 1000; j++) {
    term *= ratio * ratio
    const next = sum + term / (2 * j + 1)
    if (next === sum) break
    sum = next
  }
  return sum
}
