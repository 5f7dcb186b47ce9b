import type { Long } from './value.ts'

const MIN = -(2n ** 63n)
const MAX = 2n ** 63n - 1n
const SAFE = Number.MAX_SAFE_INTEGER

/** The long that an integer of any size is, or undefined where it is out of range. */
export function longOf(exact: bigint): Long | undefined {
  if (exact >= -9007199254740991n && exact <= 9007199254740991n) return Number(exact)
  return exact < MIN || exact > MAX ? undefined : exact
}

/** The long that a bigint is modulo 2^64, as Java's arithmetic wraps. */
export function wrapLong(exact: bigint): Long {
  return longOf(BigInt.asIntN(64, exact))!
}

/** The sum, exact; undefined where it overflows. */
export function addLong(x: Long, y: Long): Long | undefined {
  if (typeof x === 'number' && typeof y === 'number') {
    const sum = x + y
    if (sum >= -SAFE && sum <= SAFE) return sum
  }
  return longOf(BigInt(x) + BigInt(y))
}

/** The difference, exact; undefined where it overflows. */
export function subtractLong(x: Long, y: Long): Long | undefined {
  if (typeof x === 'number' && typeof y === 'number') {
    const difference = x - y
    if (difference >= -SAFE && difference <= SAFE) return difference
  }
  return longOf(BigInt(x) - BigInt(y))
}

/** The product, exact; undefined where it overflows. */
export function multiplyLong(x: Long, y: Long): Long | undefined {
  if (typeof x === 'number' && typeof y === 'number') {
    const product = x * y
    // Adding 0 makes a zero of -0.
    if (product >= -SAFE && product <= SAFE) return product + 0
  }
  return longOf(BigInt(x) * BigInt(y))
}
