import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { normalCdf } from './numeric/normal.ts'

const SIGNATURES = ['(x: double) -> double', '(x: array(double)) -> array(double)', '(x: map(double)) -> map(double)']

/** A row for a link function, which works on a number and on each item of an array or map. */
function link(name: string, call: (x: number) => number): LibraryFunction {
  return { name: `m.link.${name}`, signatures: SIGNATURES, build: (site) => elementwise(site, call) }
}

function elementwise(site: CallSite, call: (x: number) => number): Callable {
  if (site.result.kind === 'array') return (x: number[]) => x.map((item) => call(item))
  if (site.result.kind === 'map') return (x: Map<string, number>) => new Map(Array.from(x, ([key, item]) => [key, call(item)]))
  return call
}

/** Exponentials in proportion to their sum; all are taken relative to the item furthest from 0, so that none overflows. */
function softmax(x: readonly number[]): number[] {
  let furthest = 0
  for (const item of x) if (Math.abs(item) > Math.abs(furthest)) furthest = item
  const reference = furthest >= 0 ? Math.max(...x) : Math.min(...x)
  const powers = x.map((item) => Math.exp(item - reference))
  let sum = 0
  for (const item of powers) sum += item
  return powers.map((item) => item / sum)
}

/** PFA 0.8.1, Link functions library (`m.link.*`). */
export const MATH_LINK: readonly LibraryFunction[] = [
  {
    name: 'm.link.softmax',
    signatures: SIGNATURES.slice(1),
    errors: { 25000: 'empty input' },
    build(site) {
      if (site.result.kind === 'array') return (x: number[]) => (x.length === 0 ? site.fail(25000) : softmax(x))
      return (x: Map<string, number>) => {
        if (x.size === 0) return site.fail(25000)
        const shares = softmax([...x.values()])
        return new Map(Array.from(x.keys(), (key, i) => [key, shares[i]!]))
      }
    },
  },
  link('logit', (x) => 1 / (1 + Math.exp(-x))),
  link('probit', normalCdf),
  link('cloglog', (x) => -Math.expm1(-Math.exp(x))),
  link('loglog', (x) => Math.exp(-Math.exp(x))),
  link('cauchit', (x) => 0.5 + Math.atan(x) / Math.PI),
  link('softplus', (x) => Math.log1p(Math.exp(x))),
  link('relu', (x) => (Number.isNaN(x) ? x : Math.max(0, x))),
  link('tanh', Math.tanh),
]
