import { longOf } from '../values/long.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'

/** The whole number that text is in a base, or undefined; one sign, then digits below the base in either case. */
function integerOf(text: string, base: number): bigint | undefined {
  const trimmed = text.trim()
  const negative = trimmed.startsWith('-')
  const digits = negative || trimmed.startsWith('+') ? trimmed.slice(1) : trimmed
  if (digits === '') return undefined
  const significant = digits.replace(/^0+/, '')
  // 64 binary digits are the most that a long has.
  if (significant.length > 64) return everyDigit(digits, base) ? 2n ** 64n : undefined
  let value = 0n
  for (const char of significant) {
    const digit = digitOf(char)
    if (digit >= base) return undefined
    value = value * BigInt(base) + BigInt(digit)
  }
  return negative ? -value : value
}

function everyDigit(digits: string, base: number): boolean {
  for (const char of digits) if (digitOf(char) >= base) return false
  return true
}

function digitOf(char: string): number {
  return /^[0-9a-z]$/i.test(char) ? Number.parseInt(char, 36) : Infinity
}

const DECIMAL = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i
const WORDS: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
  ['nan', Number.NaN],
  ['+nan', Number.NaN],
  ['-nan', Number.NaN],
])

function numberOf(text: string): number | undefined {
  const trimmed = text.trim()
  return DECIMAL.test(trimmed) ? Number(trimmed) : WORDS.get(trimmed.toLowerCase())
}

/** The function that reads a whole number; `notOne` is the code for text that is none, and the next code is for the base. */
function integer(site: CallSite, notOne: number, fits: (value: bigint) => unknown): Callable {
  return (str: string, base: number) => {
    if (base < 2 || base > 36) return site.fail(notOne + 1)
    const value = integerOf(str, base)
    return (value === undefined ? undefined : fits(value)) ?? site.fail(notOne)
  }
}

/** PFA 0.8.1, Parsing library (`parse.*`). */
export const PARSE: readonly LibraryFunction[] = [
  {
    name: 'parse.int',
    signatures: ['(str: string, base: int) -> int'],
    errors: { 33000: 'not an integer', 33001: 'base out of range' },
    build: (site) => integer(site, 33000, (value) => (BigInt.asIntN(32, value) === value ? Number(value) : undefined)),
  },
  {
    name: 'parse.long',
    signatures: ['(str: string, base: int) -> long'],
    errors: { 33010: 'not a long integer', 33011: 'base out of range' },
    build: (site) => integer(site, 33010, longOf),
  },
  {
    name: 'parse.float',
    signatures: ['(str: string) -> float'],
    errors: { 33020: 'not a single-precision float' },
    build: (site) => (str: string) => Math.fround(numberOf(str) ?? site.fail(33020)),
  },
  {
    name: 'parse.double',
    signatures: ['(str: string) -> double'],
    errors: { 33030: 'not a double-precision float' },
    build: (site) => (str: string) => numberOf(str) ?? site.fail(33030),
  },
]
