import { NumberText } from '../../../core/number-text.ts'

const SMALL = 1024
/** More room than this is given back after a text. */
const KEPT = 1 << 20
/** Digits that a 32-bit integer takes for sure. */
const [PART, PART_DIGITS] = [1e9, 9]
const NUMBER_ROOM = 32

/** The bytes of a text of ASCII, four in a number, so that they are written so. */
export function wordsOf(text: string): Int32Array {
  const bytes = Buffer.alloc((text.length + 3) & ~3)
  bytes.write(text, 'latin1')
  return Int32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readInt32LE(4 * i))
}

/** Collects the UTF-8 bytes of one JSON text, in room that is used again for the next. Not reentrant. */
export class JsonSink {
  #bytes: Buffer = Buffer.allocUnsafeSlow(SMALL)
  #view: DataView = new DataView(this.#bytes.buffer)
  #at = 0
  #wide = false
  readonly #number = new NumberText()

  /** The text that was written, after which the sink is empty. */
  take(): string {
    const text = this.#bytes.toString(this.#wide ? 'utf8' : 'latin1', 0, this.#at)
    this.reset()
    return text
  }

  reset(): void {
    this.#at = 0
    this.#wide = false
    if (this.#bytes.length > KEPT) this.#use(Buffer.allocUnsafeSlow(SMALL))
  }

  /** Writes characters of ASCII as they are. */
  ascii(text: string): void {
    const { length } = text
    const bytes = this.#room(length)
    const at = this.#at
    for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i)
    this.#at = at + length
  }

  /** Writes what `wordsOf` made of a text of this length. */
  words(words: Int32Array, length: number): void {
    this.#room(length + 3)
    const view = this.#view
    const at = this.#at
    for (let i = 0; i < words.length; i++) view.setInt32(at + 4 * i, words[i]!, true)
    this.#at = at + length
  }

  /** Writes a byte of ASCII. */
  byte(byte: number): void {
    this.#room(1)[this.#at++] = byte
  }

  /** Writes a text in its quotes, with the escapes that `JSON.stringify` gives it. */
  string(text: string): void {
    const { length } = text
    const bytes = this.#room(length + 2)
    let at = this.#at
    bytes[at++] = 0x22
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7e || code < 0x20 || code === 0x22 || code === 0x5c) return this.#escaped(text)
      bytes[at++] = code
    }
    bytes[at++] = 0x22
    this.#at = at
  }

  /** Writes a double: always with a point or an exponent, so that the text shows the type; "nan", "inf" and "-inf" for what JSON lacks. */
  double(value: number): void {
    if (value - value !== 0) return this.ascii(value > 0 ? '"inf"' : value < 0 ? '"-inf"' : '"nan"')
    const number = this.#number
    number.format(value)
    const bytes = this.#room(NUMBER_ROOM)
    const { bytes: from, length } = number
    let at = this.#at
    for (let i = 0; i < length; i++) bytes[at++] = from[i]!
    if (Math.floor(value) === value && value < 1e21 && value > -1e21) {
      bytes[at++] = 0x2e
      bytes[at++] = 0x30
    }
    this.#at = at
  }

  /** Writes an integer of up to 64 bits. */
  integer(value: number | bigint): void {
    if (typeof value === 'bigint') return this.ascii(String(value))
    const size = Math.abs(value)
    if (!Number.isSafeInteger(size)) return this.ascii(String(value))
    if (value < 0) this.byte(0x2d)
    const high = size < PART ? 0 : Math.floor(size / PART)
    if (high === 0) return this.#digits(size, digitsOf(size))
    this.#digits(high, digitsOf(high))
    this.#digits(size - high * PART, PART_DIGITS)
  }

  #digits(value: number, count: number): void {
    const bytes = this.#room(NUMBER_ROOM)
    let left = value | 0
    for (let at = this.#at + count - 1; at >= this.#at; at--) {
      const rest = (left / 10) | 0
      bytes[at] = 48 + (left - rest * 10)
      left = rest
    }
    this.#at += count
  }

  #escaped(text: string): void {
    // Halves of pairs come out of it as escapes.
    const written = JSON.stringify(text)
    this.#room(written.length * 3)
    const length = this.#bytes.write(written, this.#at)
    if (length !== written.length) this.#wide = true
    this.#at += length
  }

  #room(more: number): Buffer {
    const bytes = this.#bytes
    return this.#at + more <= bytes.length ? bytes : this.#grow(more)
  }

  #grow(more: number): Buffer {
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#at + more))
    this.#bytes.copy(grown, 0, 0, this.#at)
    return this.#use(grown)
  }

  #use(bytes: Buffer): Buffer {
    this.#view = new DataView(bytes.buffer)
    return (this.#bytes = bytes)
  }
}

function digitsOf(value: number): number {
  let digits = 1
  for (let power = 10; power <= value; power *= 10) digits++
  return digits
}
