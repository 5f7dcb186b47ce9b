/**
 * The shortest decimal digits that read back as the same double, the closest ones where there are several: those of ECMAScript's
 * Number::toString. For most numbers from 1e-6 up to 1e15, by arithmetic on doubles alone; others it leaves to the engine.
 *
 * A number times a power of ten up to 10^22, which is exact, is the exact sum of two doubles. At 17 digits before the point, half the distance to
 * the next double is between 0.5 and 12: so the nearest multiple of 100, of 10, or of 1 is in reach, and the first that is, is the shortest.
 */
export class ShortestDigits {
  /** The first eight digits, then nine more: the value is `(high * 1e9 + low) / 10 ** places`. */
  high = 0
  low = 0
  places = 0
  readonly #double = new Float64Array(1)
  readonly #words = new Uint32Array(this.#double.buffer)

  /** False where the digits were not found: the value is out of range, or too close to call. */
  find(value: number): boolean {
    if (!(value >= 1e-6 && value < 1e15)) return false
    this.#double[0] = value
    const top = this.#words[1]!
    // The distance to the double below a power of two is another one.
    if (this.#words[0] === 0 && (top & 0xfffff) === 0) return false
    const exponent = (top >>> 20) - 1023
    let places = Math.min(MAX_PLACES, 16 - Math.floor(exponent * LOG10_OF_2))
    if (value * POWERS[places]! >= 1e17) places--
    const power = POWERS[places]!
    const product = value * power
    if (product < 1e16 || product >= 1e17) return false
    this.places = places
    return this.#round(product, errorOf(value, power, product), halfGap(exponent) * power)
  }

  /** Finds the shortest whole number less than `reach` from `product + error`. */
  #round(product: number, error: number, reach: number): boolean {
    let high = Math.floor(product / 1e9)
    let low = product - high * 1e9 + error
    if (low < 0) {
      high--
      low += 1e9
    }
    let rounded = Math.round(low / 100) * 100
    let distance = Math.abs(rounded - low)
    if (distance > reach - DOUBT) {
      if (distance < reach + DOUBT) return false
      rounded = Math.round(low / 10) * 10
      distance = Math.abs(rounded - low)
      if (distance > reach - DOUBT || distance > 5 - DOUBT) {
        if (distance < reach + DOUBT) return false
        rounded = Math.round(low)
        if (Math.abs(rounded - low) > 0.5 - DOUBT) return false
      }
    }
    if (rounded >= 1e9) {
      high++
      rounded -= 1e9
    }
    this.high = high
    this.low = rounded
    return high < 1e8
  }
}

/** The exact product less its rounded value. (T. J. Dekker, A floating-point technique for extending the available precision, 1971.) */
function errorOf(a: number, b: number, product: number): number {
  const bigA = SPLITTER * a
  const headA = bigA - (bigA - a)
  const tailA = a - headA
  const bigB = SPLITTER * b
  const headB = bigB - (bigB - b)
  const tailB = b - headB
  return tailA * tailB - (product - headA * headB - tailA * headB - headA * tailB)
}

/** Half of the distance between doubles of this exponent. */
function halfGap(exponent: number): number {
  return HALF_GAPS[exponent + MIN_EXPONENT]!
}

const SPLITTER = 2 ** 27 + 1
/** 10^22 is the largest power of ten that is a double. */
const MAX_PLACES = 22
const POWERS = Float64Array.from({ length: MAX_PLACES + 1 }, (_, places) => Number(`1e${places}`))
const LOG10_OF_2 = Math.log10(2)
/** Of 1e-6 it is -20, and of 1e15 it is 49. */
const MIN_EXPONENT = 24
const HALF_GAPS = Float64Array.from({ length: 80 }, (_, i) => 2 ** (i - MIN_EXPONENT - 53))
/** The fraction of the last nine digits is rounded to far less than this. */
const DOUBT = 2 ** -16
