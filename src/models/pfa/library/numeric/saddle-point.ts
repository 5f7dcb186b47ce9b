const HALF_LN_TWO_PI = 0.5 * Math.log(2 * Math.PI)

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

/** What Stirling's formula lacks of ln n!, for a whole number n. */
function stirlingError(n: number): number {
  if (n < 15) {
    let factorial = 1
    for (let i = 2; i <= n; i++) factorial *= i
    return n === 0 ? 0 : Math.log(factorial) - (n + 0.5) * Math.log(n) + n - HALF_LN_TWO_PI
  }
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
