import type { Value } from '../values/value.ts'
import { type LibraryFunction, plain } from './library-function.ts'

function test(name: string, call: (x: number) => boolean): LibraryFunction {
  return { name, signatures: ['(x: float) -> boolean', '(x: double) -> boolean'], build: plain(call) }
}

/** PFA 0.8.1, Missing data handling (`impute.*`). A union without its null has the same values, so nothing is unwrapped. */
export const IMPUTE: readonly LibraryFunction[] = [
  {
    name: 'impute.errorOnNull',
    signatures: ['(x: (any A|null)) -> A'],
    errors: { 21000: 'encountered null' },
    build: (site) => (x: Value) => (x === null ? site.fail(21000) : x),
  },
  {
    name: 'impute.defaultOnNull',
    signatures: ['(x: (any A|null), default: A) -> A'],
    build: plain((x: Value, fallback: Value) => (x === null ? fallback : x)),
  },
  test('impute.isnan', Number.isNaN),
  test('impute.isinf', (x) => x === Infinity || x === -Infinity),
  test('impute.isnum', Number.isFinite),
  {
    name: 'impute.errorOnNonNum',
    signatures: ['(x: float) -> float', '(x: double) -> double'],
    errors: { 21050: 'encountered nan', 21051: 'encountered +inf', 21052: 'encountered -inf' },
    build: (site) => (x: number) => (Number.isFinite(x) ? x : site.fail(Number.isNaN(x) ? 21050 : x > 0 ? 21051 : 21052)),
  },
  {
    name: 'impute.defaultOnNonNum',
    signatures: ['(x: float, default: float) -> float', '(x: double, default: double) -> double'],
    build: plain((x: number, fallback: number) => (Number.isFinite(x) ? x : fallback)),
  },
]
