import type { Type } from '../types/type.ts'
import { longOf } from '../values/long.ts'
import type { Long } from '../values/value.ts'
import { type CallSite, type Callable, type LibraryFunction } from './library-function.ts'
import { power } from './numeric/power.ts'

type ByType = Readonly<Partial<Record<Type['kind'], (site: CallSite) => Callable>>>

/** The `build` of a row whose function differs by the numeric type that it gives. */
export function byResult(rows: ByType): (site: CallSite) => Callable {
  return (site) => rows[site.result.kind]!(site)
}

const PAIR = '(k: any A of {int,long,float,double}, n: A) -> A'
const INT_MIN = -2147483648
const INT_MAX = 2147483647

/** Whole-number arithmetic on longs that are not both safe: bigint's division and remainder truncate, as Java's do. */
function exactly(x: Long, y: Long, operation: (x: bigint, y: bigint) => bigint): Long {
  const exact = operation(BigInt(x), BigInt(y))
  return longOf(exact) ?? longOf(BigInt.asIntN(64, exact))!
}

function divideInt(x: number, y: number): number {
  return Math.trunc(x / y) | 0
}

function divideLong(x: Long, y: Long): Long {
  // A quotient of safe integers may round up to the next whole number, so it is taken from the remainder.
  if (typeof x === 'number' && typeof y === 'number') return (x - (x % y)) / y + 0
  return exactly(x, y, (a, b) => a / b)
}

/** The remainder with the sign of the divisor. */
function modulo(k: number, n: number): number {
  const rest = k % n
  return rest !== 0 && rest < 0 !== n < 0 ? rest + n : rest
}

function moduloLong(k: Long, n: Long): Long {
  if (typeof k === 'number' && typeof n === 'number') return modulo(k, n) + 0
  return exactly(k, n, (a, b) => {
    const rest = a % b
    return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest
  })
}

function remainderLong(k: Long, n: Long): Long {
  if (typeof k === 'number' && typeof n === 'number') return (k % n) + 0
  return exactly(k, n, (a, b) => a % b)
}

function negateLong(x: Long): Long | undefined {
  return typeof x === 'number' ? 0 - x : longOf(-x)
}

/** x to the power y as Java's Math.pow has it, as a whole number; undefined where there is none in range. */
function powerLong(x: Long, y: Long): Long | undefined {
  const rough = power(Number(x), Number(y))
  if (Number.isSafeInteger(rough)) return rough + 0
  if (!(Math.abs(rough) < 1.9e19)) return undefined
  if (y >= 0) return longOf(BigInt(x) ** BigInt(y))
  return Math.trunc(rough) + 0
}

/** PFA 0.8.1, Core library: whole division, remainders, negation and powers. */
export const CORE_DIVISION: readonly LibraryFunction[] = [
  {
    name: '//',
    signatures: ['(x: any A of {int,long}, y: A) -> A'],
    errors: { 18040: 'integer division by zero' },
    build: byResult({
      int: (site) => (x: number, y: number) => (y === 0 ? site.fail(18040) : divideInt(x, y)),
      long: (site) => (x: Long, y: Long) => (y === 0 ? site.fail(18040) : divideLong(x, y)),
    }),
  },
  {
    name: 'u-',
    signatures: ['(x: any A of {int,long,float,double}) -> A'],
    errors: { 18050: 'int overflow', 18051: 'long overflow' },
    build: byResult({
      int: (site) => (x: number) => (x === INT_MIN ? site.fail(18050) : 0 - x),
      long: (site) => (x: Long) => negateLong(x) ?? site.fail(18051),
      float: () => (x: number) => -x,
      double: () => (x: number) => -x,
    }),
  },
  {
    name: '%',
    signatures: [PAIR],
    errors: { 18060: 'integer division by zero' },
    build: byResult({
      int: (site) => (k: number, n: number) => (n === 0 ? site.fail(18060) : modulo(k, n) + 0),
      long: (site) => (k: Long, n: Long) => (n === 0 ? site.fail(18060) : moduloLong(k, n)),
      float: () => (k: number, n: number) => Math.fround(modulo(k, n)),
      double: () => modulo,
    }),
  },
  {
    name: '%%',
    signatures: [PAIR],
    errors: { 18070: 'integer division by zero' },
    build: byResult({
      int: (site) => (k: number, n: number) => (n === 0 ? site.fail(18070) : (k % n) + 0),
      long: (site) => (k: Long, n: Long) => (n === 0 ? site.fail(18070) : remainderLong(k, n)),
      float: () => (k: number, n: number) => k % n,
      double: () => (k: number, n: number) => k % n,
    }),
  },
  {
    name: '**',
    signatures: ['(x: any A of {int,long,float,double}, y: A) -> A'],
    errors: { 18080: 'int overflow', 18081: 'long overflow' },
    build: byResult({
      int: (site) => (x: number, y: number) => {
        const result = power(x, y)
        return result >= INT_MIN && result <= INT_MAX ? Math.trunc(result) + 0 : site.fail(18080)
      },
      long: (site) => (x: Long, y: Long) => powerLong(x, y) ?? site.fail(18081),
      float: () => (x: number, y: number) => Math.fround(power(x, y)),
      double: () => power,
    }),
  },
]
