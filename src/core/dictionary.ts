const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** What `internBytes` answers for bytes that it won't learn: they are not UTF-8, or too long. */
export const UNUSABLE_TEXT = -2
/** The longest text, in bytes, that records can teach a dictionary: a bound on what a stream of nonsense can make us remember. */
export const LONGEST_LEARNED = 1024
/** Differs from process to process, so that nobody can write texts that all fall into one slot. */
const SEED = (Math.random() * 2 ** 32) | 0

/**
 * A two-way table between the texts of a categorical field and small integer codes, 0 and up in the order of adding.
 * Looking up a code takes the bytes as they stand in a record, so no string is made. A closed dictionary answers -1 for
 * a text that it lacks; an open one (see `internBytes`) learns it.
 */
export class Dictionary {
  readonly #texts: string[] = []
  readonly #encoded: Uint8Array[] = []
  #hashes = new Int32Array(16)
  /** Open addressing: code + 1 per slot, 0 where empty. */
  #slots = new Int32Array(16)

  constructor(texts: Iterable<string> = []) {
    for (const text of texts) this.add(text)
  }

  get size(): number {
    return this.#texts.length
  }

  get texts(): readonly string[] {
    return this.#texts
  }

  /** The text of a code that this dictionary gave. */
  text(code: number): string {
    const text = this.#texts[code]
    if (text === undefined) throw new RangeError(`code ${code} is not in a dictionary of ${this.#texts.length}`)
    return text
  }

  /** The UTF-8 bytes of a code's text. Not to be changed. */
  encoded(code: number): Uint8Array {
    const bytes = this.#encoded[code]
    if (bytes === undefined) throw new RangeError(`code ${code} is not in a dictionary of ${this.#texts.length}`)
    return bytes
  }

  /** The code of a text, adding it if it is new. */
  add(text: string): number {
    const bytes = encoder.encode(text)
    return this.#find(bytes, 0, bytes.length, true, text)
  }

  /** The code of a text, or -1. */
  code(text: string): number {
    const bytes = encoder.encode(text)
    return this.codeOfBytes(bytes, 0, bytes.length)
  }

  /** The code of the text whose UTF-8 bytes are `bytes[at, at + length)`, or -1. */
  codeOfBytes(bytes: Uint8Array, at: number, length: number): number {
    return this.#find(bytes, at, length, false, undefined)
  }

  /**
   * As `codeOfBytes`, but a text that is new is added; it is answered with -1 where `limit` texts are there already, and with
   * `UNUSABLE_TEXT` where it is not UTF-8 or longer than `LONGEST_LEARNED`.
   */
  internBytes(bytes: Uint8Array, at: number, length: number, limit: number): number {
    return this.#find(bytes, at, length, this.#texts.length < limit, undefined)
  }

  /** As `internBytes`, for a text that is not at hand as bytes. */
  intern(text: string, limit: number): number {
    const bytes = encoder.encode(text)
    return this.internBytes(bytes, 0, bytes.length, limit)
  }

  #find(bytes: Uint8Array, at: number, length: number, adding: boolean, text: string | undefined): number {
    let hash = SEED
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ bytes[at + i]!, 0x01000193)
    const mask = this.#slots.length - 1
    let slot = (hash ^ (hash >>> 15)) & mask
    for (;;) {
      const code = this.#slots[slot]! - 1
      if (code < 0) return adding ? this.#learn(bytes.subarray(at, at + length), hash, slot, text) : -1
      if (this.#hashes[slot] === hash && sameBytes(this.#encoded[code]!, bytes, at, length)) return code
      slot = (slot + 1) & mask
    }
  }

  #learn(bytes: Uint8Array, hash: number, slot: number, given: string | undefined): number {
    const text = given ?? learnable(bytes)
    if (text === undefined) return UNUSABLE_TEXT
    const code = this.#texts.length
    this.#texts.push(text)
    // A copy, which `slice` makes of no Buffer.
    this.#encoded.push(new Uint8Array(bytes))
    this.#slots[slot] = code + 1
    this.#hashes[slot] = hash
    if (this.#texts.length * 2 > this.#slots.length) this.#grow()
    return code
  }

  #grow(): void {
    const slots = this.#slots
    const hashes = this.#hashes
    const mask = slots.length * 2 - 1
    this.#slots = new Int32Array(mask + 1)
    this.#hashes = new Int32Array(mask + 1)
    for (let old = 0; old < slots.length; old++) {
      if (slots[old] === 0) continue
      const hash = hashes[old]!
      let slot = (hash ^ (hash >>> 15)) & mask
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = slots[old]!
      this.#hashes[slot] = hash
    }
  }
}

function learnable(bytes: Uint8Array): string | undefined {
  if (bytes.length > LONGEST_LEARNED) return undefined
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

function sameBytes(known: Uint8Array, bytes: Uint8Array, at: number, length: number): boolean {
  if (known.length !== length) return false
  for (let i = 0; i < length; i++) if (known[i] !== bytes[at + i]) return false
  return true
}
