import { type LibraryFunction, plain } from './library-function.ts'
import { choose } from './numeric/combinations.ts'
import { erf, erfc, lnGamma } from './numeric/gamma.ts'
import { lnBeta } from './numeric/ln-beta.ts'

/** PFA 0.8.1, Special functions library (`m.special.*`). */
export const MATH_SPECIAL: readonly LibraryFunction[] = [
  {
    name: 'm.special.nChooseK',
    signatures: ['(n: int, k: int) -> int'],
    errors: { 36000: 'domain error' },
    build: (site) => (n: number, k: number) => {
      if (k <= 0 || k >= n) return site.fail(36000)
      return Math.min(choose(n, k), 2147483647)
    },
  },
  {
    name: 'm.special.lnBeta',
    signatures: ['(a: double, b: double) -> double'],
    errors: { 36010: 'domain error' },
    build: (site) => (a: number, b: number) => (a <= 0 || b <= 0 ? site.fail(36010) : lnBeta(a, b)),
  },
  { name: 'm.special.erf', signatures: ['(x: double) -> double'], build: plain(erf) },
  { name: 'm.special.erfc', signatures: ['(x: double) -> double'], build: plain(erfc) },
  {
    name: 'm.special.lnGamma',
    signatures: ['(x: double) -> double'],
    errors: { 36050: 'domain error' },
    build: (site) => (x: number) => (x <= 0 ? site.fail(36050) : x === Infinity ? Number.NaN : lnGamma(x)),
  },
]
