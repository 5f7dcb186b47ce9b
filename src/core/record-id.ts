import { type Piece, pieceOf } from './piece.ts'

/** Digits that a number up to 2^53 has, at most. */
const MAX_DIGITS = 16

/**
 * The text `<partition>:<offset>`, which names a record of a topic. Offsets mostly follow each other, so it counts up in the text: nine times of
 * ten one digit changes.
 */
export class RecordId implements Piece {
  readonly bytes: Uint8Array
  readonly view: DataView
  length = 0
  #partition = -1
  #offset = -1
  /** Where the offset's digits begin. */
  #digitsAt = 0

  constructor() {
    const { bytes, view } = pieceOf(new Uint8Array(2 * MAX_DIGITS + 1))
    this.bytes = bytes
    this.view = view
  }

  set(partition: number, offset: number): void {
    const follows = offset === this.#offset + 1 && partition === this.#partition
    this.#offset = offset
    if (follows && this.#countUp()) return
    this.#partition = partition
    this.#digitsAt = writeDigits(this.bytes, 0, partition)
    this.bytes[this.#digitsAt++] = COLON
    this.length = writeDigits(this.bytes, this.#digitsAt, offset)
  }

  /** False where the next number has a digit more. */
  #countUp(): boolean {
    const { bytes } = this
    let at = this.length - 1
    while (at >= this.#digitsAt && bytes[at] === NINE) bytes[at--] = ZERO
    if (at < this.#digitsAt) return false
    bytes[at] = bytes[at]! + 1
    return true
  }
}

/** Writes a whole number from 0 to 2^53 at `at`, and returns where it ends. */
function writeDigits(bytes: Uint8Array, at: number, value: number): number {
  let digits = 1
  for (let power = 10; power <= value; power *= 10) digits++
  let left = value
  for (let to = at + digits - 1; to >= at; to--) {
    const rest = Math.floor(left / 10)
    bytes[to] = ZERO + (left - rest * 10)
    left = rest
  }
  return at + digits
}

const ZERO = 48
const NINE = 57
const COLON = 58
