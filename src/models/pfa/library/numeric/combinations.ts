import { lnGamma } from './gamma.ts'

/** The number of ways to choose k of n, as a double; exact while the product is, and 0 outside of `0 <= k <= n`. */
export function choose(n: number, k: number): number {
  if (k < 0 || k > n) return 0
  const smaller = Math.min(k, n - k)
  if (smaller > 1000) return Math.round(Math.exp(lnChoose(n, k)))
  let product = 1
  for (let i = 1; i <= smaller; i++) product = (product * (n - smaller + i)) / i
  return product < Number.MAX_SAFE_INTEGER ? Math.round(product) : product
}

function lnChoose(n: number, k: number): number {
  return lnGamma(n + 1) - lnGamma(k + 1) - lnGamma(n - k + 1)
}
