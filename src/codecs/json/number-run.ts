import { createNumberKernel, type NumberKernel } from './number-kernel.ts'
import { KERNEL_TEXT } from './number-layout.ts'
import type { JsonScanner } from './scanner.ts'

/** 10^0 … 10^9 */
const POWERS = Float64Array.from({ length: 10 }, (_, exponent) => Number(`1e${exponent}`))
const COMMA = 44
const MINUS = 45

/** Fewer numbers than these are not worth their way to the kernel. */
const MANY = 24
/** How long a number may be, with its comma, that the kernel is given room for. */
const LONGEST = 26
/** How many numbers are read here at most, after the kernel stopped at once, before it is tried again. */
const PATIENCE = 1024

/** Made with the first long list. */
let kernel: NumberKernel | 'none' | undefined

/**
 * Reads numbers with commas between them from where the scanner stands, at most `limit`, into `numbers` from `to` on, and returns how many.
 * The scanner then stands after the last of them, or, where `afterComma`, at what is to be the next value. It is the loop that a
 * vector of hundreds of numbers goes through.
 */
export class NumberRun {
  afterComma = false
  readonly #scanner: JsonScanner
  /** How many numbers are to be read here before the kernel is tried, and how many it was the last time. */
  #wait = 0
  #waited = 0
  /** Which bytes the kernel has, of this run. */
  #loadedAt = 0
  #loadedEnd = 0

  constructor(scanner: JsonScanner) {
    this.#scanner = scanner
  }

  read(numbers: Float64Array, to: number, limit: number): number {
    const scanner = this.#scanner
    const { bytes, end } = scanner
    this.afterComma = true
    // A record does not end with a number, so the loops over digits stop before its end without asking for it.
    const last = bytes[end - 1]!
    if (last !== 125 && last > 32) return 0
    let { at } = scanner
    let count = 0
    this.#loadedEnd = 0
    while (count < limit && at < end) {
      if (this.#wait > 0) this.#wait--
      else if (limit - count >= MANY && end - at >= 2 * MANY) {
        const read = this.#many(at, numbers, to + count, limit - count)
        if (read > 0) {
          count += read
          at = scanner.at
          continue
        }
      }
      const start = at
      let byte = bytes[at]!
      const negative = byte === MINUS
      if (negative) byte = bytes[++at]!
      const first = at
      // The product of nine digits and ten fits into 32 bits with what comes after; of more digits nothing is used.
      let mantissa = 0
      let digit = byte - 48
      while (digit >= 0 && digit <= 9) {
        mantissa = (Math.imul(mantissa, 10) + digit) | 0
        byte = bytes[++at]!
        digit = byte - 48
      }
      let digits = at - first
      const whole = digits
      let scale = 0
      if (byte === 46) {
        const point = ++at
        byte = bytes[at]!
        digit = byte - 48
        while (digit >= 0 && digit <= 9) {
          mantissa = (Math.imul(mantissa, 10) + digit) | 0
          byte = bytes[++at]!
          digit = byte - 48
        }
        scale = at - point
        if (scale === 0) digits = 0
        else digits += scale
      }
      if (whole === 0 || digits === 0 || digits > 9 || (byte | 32) === 101 || (whole > 1 && bytes[first] === 48)) {
        // What is no number of a few digits is left to the scanner, and what is no number at all to the caller.
        scanner.at = start
        byte = bytes[start]!
        if ((byte !== MINUS && (byte < 48 || byte > 57)) || !scanner.numeral()) {
          scanner.at = start
          return count
        }
        numbers[to + count++] = scanner.number
        at = scanner.at
      } else {
        const value = scale === 0 ? mantissa : mantissa / POWERS[scale]!
        numbers[to + count++] = negative ? -value : value
      }
      if (bytes[at] !== COMMA) {
        scanner.at = at
        if (scanner.peek() !== COMMA) {
          this.afterComma = false
          return count
        }
        at = scanner.at
      }
      if (bytes[++at]! <= 32) {
        scanner.at = at
        scanner.peek()
        at = scanner.at
      }
    }
    scanner.at = at
    return count
  }
  /** Reads numbers with the kernel, and returns how many; the scanner is then where the next value begins. */
  // eslint-disable-next-line max-params -- the inner loop
  #many(at: number, numbers: Float64Array, to: number, limit: number): number {
    kernel ??= createNumberKernel() ?? 'none'
    if (kernel === 'none') return 0
    const scanner = this.#scanner
    const { bytes, end } = scanner
    if (at >= this.#loadedEnd) {
      this.#loadedAt = at
      this.#loadedEnd = Math.min(end, at + Math.min(KERNEL_TEXT, limit * LONGEST))
      kernel.load(bytes, at, this.#loadedEnd)
    }
    const count = kernel.read(at - this.#loadedAt, limit)
    this.#waited = count >= MANY ? 0 : Math.min(PATIENCE, 2 * this.#waited + MANY)
    this.#wait = this.#waited
    if (count === 0) return 0
    numbers.set(kernel.numbers.subarray(0, count), to)
    scanner.at = this.#loadedAt + kernel.next
    scanner.peek()
    return count
  }
}
