import { longOf } from '../values/long.ts'
import type { Long } from '../values/value.ts'
import { byResult } from './core-division.ts'
import { type LibraryFunction, plain } from './library-function.ts'

type Numbers = readonly number[]

const INT_MIN = -2147483648
const INT_MAX = 2147483647
const NUMBERS = ['(a: array(any A of {int,long,float,double})) -> A']
const DOUBLES = ['(a: array(double)) -> double']

function sum(a: Numbers): number {
  let total = 0
  for (const value of a) total += value
  return total
}

function product(a: Numbers): number {
  let total = 1
  for (const value of a) total *= value
  return total
}

/** An exact sum, which may pass the range of longs on its way. */
function sumOfLongs(a: readonly Long[]): Long | undefined {
  let total = 0n
  for (const value of a) total += BigInt(value)
  return longOf(total)
}

/** An exact product; once it is out of the range of longs only a zero brings it back. */
function productOfLongs(a: readonly Long[]): Long | undefined {
  if (a.includes(0)) return 0
  let total = 1n
  for (const value of a) {
    total *= BigInt(value)
    if (longOf(total) === undefined && longOf(-total) === undefined) return undefined
  }
  return longOf(total)
}

function asInt(value: Long | undefined): number | undefined {
  return value !== undefined && value >= INT_MIN && value <= INT_MAX ? Number(value) : undefined
}

function logSumExp(a: Numbers): number {
  if (a.length === 0) return Number.NaN
  let largest = -Infinity
  for (const value of a) if (value > largest || Number.isNaN(value)) largest = value
  let total = 0
  for (const value of a) total += Math.exp(value - largest)
  return Math.log(total) + largest
}

/** PFA 0.8.1, Array library (`a.*`): sums, products and means. */
export const ARRAY_SUMS: readonly LibraryFunction[] = [
  {
    name: 'a.sum',
    signatures: NUMBERS,
    errors: { 15400: 'int overflow', 15401: 'long overflow' },
    build: byResult({
      int: (site) => (a: Numbers) => asInt(sum(a)) ?? site.fail(15400),
      long: (site) => (a: readonly Long[]) => sumOfLongs(a) ?? site.fail(15401),
      float: () => (a: Numbers) => Math.fround(sum(a)),
      double: () => sum,
    }),
  },
  {
    name: 'a.product',
    signatures: NUMBERS,
    errors: { 15410: 'int overflow', 15411: 'long overflow' },
    build: byResult({
      int: (site) => (a: Numbers) => asInt(productOfLongs(a)) ?? site.fail(15410),
      long: (site) => (a: readonly Long[]) => productOfLongs(a) ?? site.fail(15411),
      float: () => (a: Numbers) => Math.fround(product(a)),
      double: () => product,
    }),
  },
  { name: 'a.lnsum', signatures: DOUBLES, build: plain((a: Numbers) => sum(a.map((value) => Math.log(value)))) },
  { name: 'a.mean', signatures: DOUBLES, build: plain((a: Numbers) => sum(a) / a.length) },
  {
    name: 'a.geomean',
    signatures: DOUBLES,
    build: plain((a: Numbers) => (a.length === 0 ? Number.NaN : product(a) ** (1 / a.length))),
  },
  { name: 'a.logsumexp', signatures: DOUBLES, build: plain(logSumExp) },
]
