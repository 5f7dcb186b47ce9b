import { nearestQuotient, POWERS } from '../../../../core/exact-number.ts'
import { type Cursor, unexpected } from './cursor.ts'

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/
/** How many digits a number may have whose parts `nearestQuotient` takes: eight, and eleven more. */
const [HIGH, LOW] = [1e7, 11]

/** Reads a number of JSON, as the nearest double; minus zero only where it is written as no integer. */
export function readNumber(cursor: Cursor): number {
  const { bytes, view } = cursor
  let at = cursor.at
  const negative = bytes[at] === 0x2d
  if (negative) at++
  const first = at
  // Eight digits that count in one number, and those after them in another.
  let high = 0
  let low = 0
  let lows = 0
  let digit = bytes[at]! - 48
  for (; digit >= 0 && digit <= 9; digit = bytes[++at]! - 48) {
    if (high < HIGH) high = Math.imul(high, 10) + digit
    else if (lows++ < LOW) low = low * 10 + digit
  }
  const whole = at - first
  if (whole === 0 || (whole > 1 && bytes[first] === 0x30)) return unexpected()
  let scale = 0
  if (digit === -2) {
    const point = ++at
    if (high === 0 && at + 20 <= view.byteLength) {
      // Most numbers that programs write have a few digits, or all that a double needs: then they are taken four at a time.
      const one = digitsAt(view, at)
      const two = digitsAt(view, at + 4)
      let many = countOf(one)
      if (many < 4) high = numberOf(one, many)
      else if ((many = countOf(two)) < 4) {
        high = numberOf(one, 4) * POWERS[many]! + numberOf(two, many)
        many += 4
      } else {
        const three = digitsAt(view, at + 8)
        const four = digitsAt(view, at + 12)
        if ((restOf(three) | restOf(four)) === 0) {
          const five = digitsAt(view, at + 16)
          many = countOf(five)
          high = Math.imul(numberOf(one, 4), 10_000) + numberOf(two, 4)
          low = (Math.imul(numberOf(three, 4), 10_000) + numberOf(four, 4)) * POWERS[many]! + numberOf(five, many)
          lows = 8 + many
          many += 16
        } else many = 0
      }
      at += many
    }
    for (digit = bytes[at]! - 48; digit >= 0 && digit <= 9; digit = bytes[++at]! - 48) {
      if (lows === 0 && high < HIGH) high = Math.imul(high, 10) + digit
      else if (lows++ < LOW) low = low * 10 + digit
    }
    scale = at - point
    if (scale === 0) return unexpected()
  }
  if ((bytes[at]! | 32) === 0x65 || lows > LOW || scale > 22) return generalNumber(cursor)
  let value: number
  if (lows === 0) value = high / POWERS[scale]!
  else {
    value = nearestQuotient(high, low, lows, scale)
    if (Number.isNaN(value)) return generalNumber(cursor)
  }
  cursor.at = at
  return negative && (value !== 0 || scale > 0) ? -value : value
}

/** Reads a number as `readNumber` does; fastest where it is an integer of a few digits. */
export function readWhole(cursor: Cursor): number {
  const { bytes } = cursor
  let at = cursor.at
  const negative = bytes[at] === 0x2d
  if (negative) at++
  const first = at
  let value = 0
  let digit = bytes[at]! - 48
  for (; digit >= 0 && digit <= 9; digit = bytes[++at]! - 48) value = value * 10 + digit
  const count = at - first
  // Neither a zero before other digits nor more digits than a double holds, and what follows is no point and no exponent.
  if (count === 0 || count > 15 || (count > 1 && bytes[first] === 0x30) || digit === -2 || (bytes[at]! | 32) === 0x65)
    return readNumber(cursor)
  cursor.at = at
  return negative ? 0 - value : value
}

/** Four bytes, of which each digit has its value in it. */
function digitsAt(view: DataView, at: number): number {
  return view.getInt32(at, true) ^ 0x30303030
}

/** Bits that are set in bytes that are no digits. Above the first of these, they mean nothing. */
function restOf(word: number): number {
  return (word | (word + 0x06060606)) & 0xf0f0f0f0
}

/** How many of the four are digits, up to the first that is none. */
function countOf(word: number): number {
  const rest = restOf(word)
  return (32 - Math.clz32((rest & -rest) - 1)) >> 3
}

/** The number of the first `count` digits. */
function numberOf(word: number, count: number): number {
  // What is put before them are zeros.
  const digits = count === 0 ? 0 : word << (32 - 8 * count)
  const pairs = (Math.imul(digits, 10) + (digits >>> 8)) & 0x00ff00ff
  return (pairs & 0xff) * 100 + (pairs >>> 16)
}

function generalNumber(cursor: Cursor): number {
  const { bytes, at } = cursor
  let text = ''
  let end = at
  for (let byte = bytes[end]!; isNumeral(byte); byte = bytes[++end]!) text += String.fromCharCode(byte)
  if (!NUMBER.test(text)) return unexpected()
  cursor.at = end
  return Number(text)
}

/** Digits, and `+-.eE`. */
function isNumeral(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d || byte === 0x2e || (byte | 32) === 0x65
}
