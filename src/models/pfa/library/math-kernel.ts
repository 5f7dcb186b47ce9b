import type { CallSite, LibraryFunction } from './library-function.ts'
import { power } from './numeric/power.ts'

const VECTORS = 'x: array(double), y: array(double)'

function dot(x: readonly number[], y: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!
  return sum
}

/** Refuses vectors of different lengths with the row's error. */
function aligned(site: CallSite, code: number): (x: readonly number[], y: readonly number[]) => void {
  return (x, y) => {
    if (x.length !== y.length) site.fail(code)
  }
}

/** PFA 0.8.1, Kernel functions library (`m.kernel.*`). */
export const MATH_KERNEL: readonly LibraryFunction[] = [
  {
    name: 'm.kernel.linear',
    signatures: [`(${VECTORS}) -> double`],
    errors: { 23000: 'arrays must have same length' },
    build(site) {
      const check = aligned(site, 23000)
      return (x: number[], y: number[]) => {
        check(x, y)
        return dot(x, y)
      }
    },
  },
  {
    name: 'm.kernel.rbf',
    signatures: [`(${VECTORS}, gamma: double) -> double`],
    errors: { 23010: 'arrays must have same length' },
    build(site) {
      const check = aligned(site, 23010)
      return (x: number[], y: number[], gamma: number) => {
        check(x, y)
        let sum = 0
        for (let i = 0; i < x.length; i++) sum += (x[i]! - y[i]!) ** 2
        return Math.exp(-gamma * sum)
      }
    },
  },
  {
    name: 'm.kernel.poly',
    signatures: [`(${VECTORS}, gamma: double, intercept: double, degree: double) -> double`],
    errors: { 23020: 'arrays must have same length' },
    build(site) {
      const check = aligned(site, 23020)
      return (x: number[], y: number[], gamma: number, intercept: number, degree: number) => {
        check(x, y)
        return power(gamma * dot(x, y) + intercept, degree)
      }
    },
  },
  {
    name: 'm.kernel.sigmoid',
    signatures: [`(${VECTORS}, gamma: double, intercept: double) -> double`],
    errors: { 23030: 'arrays must have same length' },
    build(site) {
      const check = aligned(site, 23030)
      return (x: number[], y: number[], gamma: number, intercept: number) => {
        check(x, y)
        return Math.tanh(gamma * dot(x, y) + intercept)
      }
    },
  },
]
