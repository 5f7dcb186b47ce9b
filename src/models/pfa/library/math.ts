import { longOf } from '../values/long.ts'
import type { Long } from '../values/value.ts'
import { byResult } from './core-division.ts'
import { type LibraryFunction, plain } from './library-function.ts'

const NUMBER = '(x: any A of {int,long,float,double}) -> A'
const INT_MIN = -2147483648
const INT_MAX = 2147483647

/** A row for a function of one double. */
function ofDouble(name: string, call: (x: number) => number): LibraryFunction {
  return { name, signatures: ['(x: double) -> double'], build: plain(call) }
}

/** Half to even, as IEEE 754's default rounding. */
function roundToEven(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 4503599627370496) return x
  const down = Math.floor(x)
  const rest = x - down
  if (rest < 0.5) return down
  if (rest > 0.5) return down + 1
  return down % 2 === 0 ? down : down + 1
}

/** The whole number closest to x, halves up, where it is a long. */
export function roundToLong(x: number): Long | undefined {
  const rounded = Math.round(x)
  return Number.isFinite(rounded) ? longOf(BigInt(rounded)) : undefined
}

/** The whole number closest to x, halves up, where it is an int. */
export function roundToInt(x: number): number | undefined {
  const rounded = Math.round(x)
  return rounded >= INT_MIN && rounded <= INT_MAX ? rounded + 0 : undefined
}

function absoluteLong(x: Long): Long | undefined {
  return x < 0 ? longOf(-BigInt(x)) : x
}

function logarithm(x: number, base: number): number {
  if (base === 1 && x > 0) return x === 1 ? Number.NaN : x < 1 ? -Infinity : Infinity
  if (base === 1) return Math.log(x)
  return Math.log(x) / Math.log(base)
}

/** PFA 0.8.1, Math library (`m.*`). */
export const MATH: readonly LibraryFunction[] = [
  { name: 'm.pi', signatures: ['() -> double'], build: plain(() => Math.PI) },
  { name: 'm.e', signatures: ['() -> double'], build: plain(() => Math.E) },
  {
    name: 'm.abs',
    signatures: [NUMBER],
    errors: { 27020: 'int overflow', 27021: 'long overflow' },
    build: byResult({
      int: (site) => (x: number) => (x === INT_MIN ? site.fail(27020) : Math.abs(x)),
      long: (site) => (x: Long) => absoluteLong(x) ?? site.fail(27021),
      float: () => Math.abs,
      double: () => Math.abs,
    }),
  },
  ofDouble('m.acos', Math.acos),
  ofDouble('m.asin', Math.asin),
  ofDouble('m.atan', Math.atan),
  { name: 'm.atan2', signatures: ['(y: double, x: double) -> double'], build: plain(Math.atan2) },
  ofDouble('m.ceil', Math.ceil),
  {
    name: 'm.copysign',
    signatures: ['(mag: any A of {int,long,float,double}, sign: A) -> A'],
    build: byResult({
      int: () => (mag: number, sign: number) => ((sign < 0 ? -1 : 1) * Math.abs(mag)) | 0,
      long: () => (mag: Long, sign: Long) => longOf((sign < 0 ? -1n : 1n) * BigInt(absoluteLong(mag) ?? mag))!,
      float: () => copySign,
      double: () => copySign,
    }),
  },
  ofDouble('m.cos', Math.cos),
  ofDouble('m.cosh', Math.cosh),
  ofDouble('m.exp', Math.exp),
  ofDouble('m.expm1', Math.expm1),
  ofDouble('m.floor', Math.floor),
  { name: 'm.hypot', signatures: ['(x: double, y: double) -> double'], build: plain((x: number, y: number) => Math.hypot(x, y)) },
  ofDouble('m.ln', Math.log),
  ofDouble('m.log10', Math.log10),
  {
    name: 'm.log',
    signatures: ['(x: double, base: int) -> double'],
    errors: { 27170: 'base must be positive' },
    build: (site) => (x: number, base: number) => (base <= 0 ? site.fail(27170) : logarithm(x, base)),
  },
  ofDouble('m.ln1p', Math.log1p),
  {
    name: 'm.round',
    signatures: ['(x: float) -> int', '(x: double) -> long'],
    errors: { 27190: 'int overflow', 27191: 'long overflow' },
    build: byResult({
      int: (site) => (x: number) => roundToInt(x) ?? site.fail(27190),
      long: (site) => (x: number) => roundToLong(x) ?? site.fail(27191),
    }),
  },
  ofDouble('m.rint', roundToEven),
  { name: 'm.signum', signatures: ['(x: double) -> int'], build: plain((x: number) => (x > 0 ? 1 : x < 0 ? -1 : 0)) },
  ofDouble('m.sin', Math.sin),
  ofDouble('m.sinh', Math.sinh),
  ofDouble('m.sqrt', Math.sqrt),
  ofDouble('m.tan', Math.tan),
  ofDouble('m.tanh', Math.tanh),
]

function copySign(mag: number, sign: number): number {
  return sign < 0 || Object.is(sign, -0) ? -Math.abs(mag) : Math.abs(mag)
}
