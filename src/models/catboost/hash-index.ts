/** CatBoost's multiplier for combining hashes, 0x4906ba494954cb65, in two halves. */
const HIGH = 0x4906ba49
const LOW = 0x4954cb65

/**
 * A hash of 64 bits of the categories and comparisons that a statistic is about, in two halves, so that none is made per record.
 * The next element enters as `m (h + m e)`, modulo 2^64.
 */
export class CombinedHash {
  high = 0
  low = 0
  #productHigh = 0
  #productLow = 0

  reset(): void {
    this.high = 0
    this.low = 0
  }

  /** Takes in a signed 32-bit integer. */
  add(element: number): void {
    this.#multiply(element < 0 ? -1 : 0, element)
    const low = (this.low >>> 0) + (this.#productLow >>> 0)
    this.#multiply((this.high + this.#productHigh + (low >= 2 ** 32 ? 1 : 0)) | 0, low | 0)
    this.high = this.#productHigh
    this.low = this.#productLow
  }

  #multiply(high: number, low: number): void {
    // The product of the lower halves in 64 bits, by parts of 16 bits.
    const [a, b] = [low >>> 16, low & 0xffff]
    const [c, d] = [LOW >>> 16, LOW & 0xffff]
    const least = b * d
    const middle = a * d + (least >>> 16)
    const other = b * c + (middle % 65536)
    const upper = a * c + Math.floor(middle / 65536) + Math.floor(other / 65536)
    this.#productLow = ((other % 65536) * 65536 + (least & 0xffff)) | 0
    this.#productHigh = (upper + Math.imul(low, HIGH) + Math.imul(high, LOW)) | 0
  }
}

/** A table from hashes of 64 bits to their places in a list. */
export class HashIndex {
  readonly #highs: Int32Array
  readonly #lows: Int32Array
  /** Open addressing: place + 1 per slot, 0 where empty. */
  readonly #slots: Int32Array

  /** The first of two equal hashes counts. */
  constructor(highs: Int32Array, lows: Int32Array) {
    this.#highs = highs
    this.#lows = lows
    let size = 4
    while (size < highs.length * 2) size *= 2
    this.#slots = new Int32Array(size)
    for (let place = 0; place < highs.length; place++) {
      const slot = this.#slotOf(highs[place]!, lows[place]!)
      if (this.#slots[slot] === 0) this.#slots[slot] = place + 1
    }
  }

  /** The place of a hash, or -1. */
  find(high: number, low: number): number {
    return this.#slots[this.#slotOf(high, low)]! - 1
  }

  #slotOf(high: number, low: number): number {
    const mask = this.#slots.length - 1
    // The hashes are of a file that may be made to collide, so the halves are mixed with a number that nobody knows.
    let slot = Math.imul(low ^ SEED, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)
    slot = (slot ^ (slot >>> 15)) & mask
    for (;;) {
      const place = this.#slots[slot]! - 1
      if (place < 0 || (this.#highs[place] === high && this.#lows[place] === low)) return slot
      slot = (slot + 1) & mask
    }
  }
}

const SEED = (Math.random() * 2 ** 32) | 0
