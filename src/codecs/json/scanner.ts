import { utf8Width } from '../utf8.ts'
import { nearestQuotient, POWERS } from '../../core/exact-number.ts'

const QUOTE = 34
const BACKSLASH = 92
const MINUS = 45
/** How deep lists and objects may be nested. */
export const DEEPEST = 64

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Goes through JSON texts (RFC 8259) byte by byte, without making anything of what it passes. `at` is where it stands. Methods
 * return false where the text breaks the grammar, and `problem` then says how; `at` is where. It accepts what `JSON.parse` accepts
 * of texts in UTF-8: strings that are not UTF-8, and a byte-order mark, are refused; and so is what is nested more than 64 deep.
 */
export class JsonScanner {
  bytes: Uint8Array = new Uint8Array(0)
  at = 0
  end = 0
  problem = ''
  /** Content of the last string between its quotes: `bytes[textAt, textAt + textLength)`. */
  textAt = 0
  textLength = 0
  /** Whether that content has escapes, so that it must be decoded. */
  escaped = false
  /** The last number. */
  number = 0

  start(bytes: Uint8Array, at: number, end: number): void {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  /** Skips white space and returns the next byte without passing it; -1 at the end. */
  peek(): number {
    const { bytes, end } = this
    let { at } = this
    while (at < end) {
      const byte = bytes[at]!
      if (byte > 32 || (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9)) {
        this.at = at
        return byte
      }
      at++
    }
    this.at = at
    return -1
  }

  /** Passes the next byte if it is this one, after white space. */
  take(byte: number): boolean {
    if (this.peek() !== byte) return false
    this.at++
    return true
  }

  fail(problem: string): false {
    this.problem = problem
    return false
  }

  /** Passes a string whose opening quote is next. */
  string(): boolean {
    const { bytes, end } = this
    let at = this.at + 1
    this.textAt = at
    this.escaped = false
    while (at < end) {
      const byte = bytes[at]!
      if (byte === QUOTE) {
        this.textLength = at - this.textAt
        this.at = at + 1
        return true
      }
      if (byte === BACKSLASH) {
        const width = this.#escape(at)
        if (width === 0) return this.#failAt(at, 'a string with an escape that JSON has not')
        this.escaped = true
        at += width
      } else if (byte > 127) {
        const width = utf8Width(bytes, at, end)
        if (width === 0) return this.#failAt(at, 'a string that is not UTF-8')
        at += width
      } else if (byte < 32) return this.#failAt(at, 'a string with a control character')
      else at++
    }
    return this.#failAt(at, 'a string without its closing quote')
  }

  /** The last string's content as text. */
  text(): string {
    const { bytes, textAt, textLength } = this
    if (!this.escaped) return decoder.decode(bytes.subarray(textAt, textAt + textLength))
    return JSON.parse(decoder.decode(bytes.subarray(textAt - 1, textAt + textLength + 1))) as string
  }

  /** Whether the last string's content is a number as JSON writes them, all of it; `number` then has its value. */
  textIsNumeral(): boolean {
    const { at, end, textAt, textLength } = this
    if (textLength === 0 || this.escaped) return false
    this.at = textAt
    this.end = textAt + textLength
    const isNumeral = this.numeral() && this.at === this.end
    this.at = at
    this.end = end
    return isNumeral
  }

  /** Passes a number and leaves its correctly rounded value in `number`. */
  numeral(): boolean {
    const { bytes, end } = this
    const start = this.at
    let { at } = this
    const negative = bytes[at] === MINUS
    if (negative) at++
    // The first nine digits that count, and the nine after them: integers of 32 bits.
    let high = 0
    let low = 0
    let digits = 0
    let scale = 0
    const first = at
    for (let digit = digitAt(bytes, at, end); digit >= 0; digit = digitAt(bytes, at, end)) {
      if (digits < 9) high = (Math.imul(high, 10) + digit) | 0
      else if (digits < 18) low = (Math.imul(low, 10) + digit) | 0
      if (high !== 0) digits++
      at++
    }
    if (at === first || (bytes[first] === 48 && at > first + 1)) return this.#badNumber(at)
    if (at < end && bytes[at] === 46) {
      const fraction = ++at
      for (let digit = digitAt(bytes, at, end); digit >= 0; digit = digitAt(bytes, at, end)) {
        if (digits < 9) high = (Math.imul(high, 10) + digit) | 0
        else if (digits < 18) low = (Math.imul(low, 10) + digit) | 0
        if (high !== 0) digits++
        at++
      }
      if (at === fraction) return this.#badNumber(at)
      scale = fraction - at
    }
    if (at < end && (bytes[at]! | 32) === 101) {
      let sign = 1
      at++
      if (at < end && (bytes[at] === 43 || bytes[at] === MINUS)) sign = bytes[at++] === MINUS ? -1 : 1
      const exponentAt = at
      let exponent = 0
      for (let digit = digitAt(bytes, at, end); digit >= 0; digit = digitAt(bytes, at, end)) {
        if (exponent < 100_000) exponent = exponent * 10 + digit
        at++
      }
      if (at === exponentAt) return this.#badNumber(at)
      scale += sign * exponent
    }
    this.at = at
    let value = Number.NaN
    if (digits <= 15 && scale >= -22 && scale <= 22) {
      // Up to 15 digits the mantissa is exact, and one exact multiplication or division rounds once (Clinger 1990).
      const mantissa = digits <= 9 ? high : high * POWERS[digits - 9]! + low
      value = scale < 0 ? mantissa / POWERS[-scale]! : mantissa * POWERS[scale]!
    } else if (digits <= 18 && digits > 9 && scale >= -22 && scale <= 0) {
      value = nearestQuotient(high, low, digits - 9, -scale)
    }
    if (Number.isNaN(value)) this.number = Number(decoder.decode(bytes.subarray(start, at)))
    else this.number = negative ? -value : value
    return true
  }

  /** Passes one of the words true, false, null. */
  word(): boolean {
    const { bytes, at } = this
    const word = bytes[at] === 116 ? 'true' : bytes[at] === 102 ? 'false' : 'null'
    for (let i = 0; i < word.length; i++) {
      if (at + i >= this.end || bytes[at + i] !== word.charCodeAt(i)) return this.fail('a value that is not JSON')
    }
    this.at = at + word.length
    return true
  }

  /** Passes any value. */
  value(depth = 0): boolean {
    const byte = this.peek()
    if (byte === QUOTE) return this.string()
    if (byte === MINUS || (byte >= 48 && byte <= 57)) return this.numeral()
    if (byte === 123 || byte === 91) return this.#nested(byte, depth)
    return byte === -1 ? this.fail('it ends where a value should be') : this.word()
  }

  #nested(open: number, depth: number): boolean {
    if (depth >= DEEPEST) return this.fail(`it is nested more than ${DEEPEST} deep`)
    const close = open + 2
    this.at++
    if (this.take(close)) return true
    for (;;) {
      if (open === 123) {
        if (this.peek() !== QUOTE) return this.fail('a member without a name in quotes')
        if (!this.string()) return false
        if (!this.take(58)) return this.fail('a name without a colon after it')
      }
      if (!this.value(depth + 1)) return false
      if (this.take(close)) return true
      if (!this.take(44)) return this.fail('a comma or a closing bracket is missing')
    }
  }

  /** The width of the escape at a backslash, or 0 where it is wrong. */
  #escape(at: number): number {
    const { bytes } = this
    if (at + 1 >= this.end) return 0
    const kind = bytes[at + 1]!
    if (kind !== 117) return '"\\/bfnrt'.includes(String.fromCharCode(kind)) ? 2 : 0
    for (let i = 2; i < 6; i++) if (at + i >= this.end || !isHex(bytes[at + i]!)) return 0
    return 6
  }

  #badNumber(at: number): false {
    return this.#failAt(at, 'a number that is not written as JSON writes numbers')
  }

  #failAt(at: number, problem: string): false {
    this.at = at
    return this.fail(problem)
  }
}

function digitAt(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return -1
  const digit = bytes[at]! - 48
  return digit <= 9 ? digit : -1
}

function isHex(byte: number): boolean {
  const lower = byte | 32
  return (byte >= 48 && byte <= 57) || (lower >= 97 && lower <= 102)
}
