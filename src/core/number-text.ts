import { type Piece, pieceOf } from './piece.ts'
import { ShortestDigits } from './shortest-digits.ts'

/**
 * Numbers as the bytes of their shortest decimal text that reads back as the same double: ECMAScript's Number::toString, but
 * `-0` for minus zero, which is JSON too and keeps its sign; or `NaN`, `Infinity`, `-Infinity`, which JSON lacks.
 * It remembers the last number, which is often asked for twice.
 */
export class NumberText implements Piece {
  /** The text of the last number is `bytes[0, length)`. */
  readonly bytes: Uint8Array
  readonly view: DataView
  length = 0
  readonly #digits = new ShortestDigits()
  #last = Number.NaN

  constructor() {
    const { bytes, view } = pieceOf(new Uint8Array(32))
    this.bytes = bytes
    this.view = view
  }

  format(value: number): void {
    if (value === this.#last && value !== 0) return
    this.#last = value
    if (this.#formatShort(value) || this.#formatLong(value)) return
    const text = Object.is(value, -0) ? '-0' : String(value)
    const { bytes } = this
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
    this.length = text.length
  }

  /**
   * Writes a number of few digits, without making a string of it; false where it is not one. Decimals of at most 15 digits that differ are
   * different doubles. So where such a decimal, which the quotient of two exact doubles gives rounded once, is the value, it is the
   * shortest text once its trailing zeros are gone.
   */
  #formatShort(value: number): boolean {
    const size = value < 0 ? -value : value
    if (!(size >= MIN_SHORT && size < MAX_SHORT)) return false
    const whole = size | 0
    let places = 0
    let fraction = 0
    if (whole !== size) {
      places = size < 100_000 ? 9 : 5
      const scale = places === 9 ? 1e9 : 1e5
      const digits = Math.round(size * scale)
      if (digits / scale !== size) return false
      fraction = (digits - whole * scale) | 0
      for (let rest = (fraction / 10) | 0; rest * 10 === fraction; rest = (fraction / 10) | 0) {
        fraction = rest
        places--
      }
    }
    this.#write(value < 0, { whole, fraction, places })
    return true
  }

  /** Writes a number of up to 17 digits that is no whole number; false where it is not one. */
  #formatLong(value: number): boolean {
    const digits = this.#digits
    const negative = value < 0
    if (Math.floor(value) === value || !digits.find(negative ? -value : value)) return false
    const { bytes } = this
    const start = negative ? 1 : 0
    if (negative) bytes[0] = MINUS
    const before = ALL_DIGITS - digits.places
    let at: number
    if (before > 0) at = start + 1
    else {
      at = start + 2 - before
      for (let i = start; i < at; i++) bytes[i] = ZERO
      bytes[start + 1] = POINT
    }
    writeDigits(bytes, at + HIGH_DIGITS, LOW_DIGITS, digits.low)
    writeDigits(bytes, at, HIGH_DIGITS, digits.high)
    // What stands before the point moves by one to make room for it.
    for (let i = 0; i < before; i++) bytes[start + i] = bytes[start + i + 1]!
    if (before > 0) bytes[start + before] = POINT
    let end = at + ALL_DIGITS
    while (bytes[end - 1] === ZERO) end--
    this.length = end
    return true
  }

  #write(negative: boolean, { whole, fraction, places }: Decimal): void {
    const { bytes } = this
    const start = negative ? 1 : 0
    let digits = 1
    for (let power = 10; power <= whole; power *= 10) digits++
    const at = start + digits
    this.length = at
    if (places > 0) {
      this.length += places + 1
      bytes[at] = POINT
      writeDigits(bytes, at + 1, places, fraction)
    }
    writeDigits(bytes, start, digits, whole)
    if (negative) bytes[0] = MINUS
  }
}

function writeDigits(bytes: Uint8Array, at: number, count: number, value: number): void {
  let left = value | 0
  for (let to = at + count - 1; to >= at; to--) {
    const rest = (left / 10) | 0
    bytes[to] = ZERO + (left - rest * 10)
    left = rest
  }
}

/** `whole` and `fraction / 10 ** places`. */
interface Decimal {
  readonly whole: number
  readonly fraction: number
  readonly places: number
}

/** Smaller numbers are written with an exponent. */
const MIN_SHORT = 1e-6
/** Whole parts are 32-bit integers. */
const MAX_SHORT = 2 ** 31
const HIGH_DIGITS = 8
const LOW_DIGITS = 9
const ALL_DIGITS = HIGH_DIGITS + LOW_DIGITS
const ZERO = 48
const POINT = 46
const MINUS = 45
