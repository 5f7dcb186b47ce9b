import { Dictionary } from '../../core/dictionary.ts'
import { similarName } from '../../core/similar-name.ts'

/** How many names that nobody wants a reader remembers, so as to know at once that nobody wants them. */
const REMEMBERED = 4096

const decoder = new TextDecoder()

/**
 * Which members of an object a reader wants, by the bytes of their names. Objects of one stream have their members in the
 * same order as a rule, so it tries the one that followed last time before it looks up.
 */
export class KeyTree {
  readonly #keys = new Dictionary()
  readonly #columns: number[][] = []
  readonly #children: (KeyTree | undefined)[] = []
  /** Columns whose names were guessed, by their similar name. */
  readonly #guesses = new Map<string, number[]>()
  /** Per key, the key that came after it last time; per -1 (the beginning) at place 0. */
  readonly #following: number[] = [0]

  /** Wants the value at these steps for a column; where `guessed`, also that of a member with a similar name. */
  want(steps: readonly string[], column: number, guessed = false): void {
    const [head, ...rest] = steps
    const key = this.#known(this.#keys.add(head!))
    if (rest.length > 0) return (this.#children[key] ??= new KeyTree()).want(rest, column)
    this.#columns[key]!.push(column)
    if (guessed) this.#guesses.set(similarName(head!), this.#columns[key]!)
  }

  /** The key whose name is `bytes[at, at + length)`, or -1; `previous` is the one before it in this object, or -1. */
  find(bytes: Uint8Array, at: number, length: number, previous: number): number {
    const guess = this.#following[previous + 1]!
    if (guess < this.#keys.size && this.#is(guess, bytes, at, length)) return guess
    let key = this.#keys.codeOfBytes(bytes, at, length)
    if (key < 0) {
      if (this.#keys.size >= REMEMBERED) return -1
      key = this.#meet(decoder.decode(bytes.subarray(at, at + length)))
    }
    this.#following[previous + 1] = key
    return key
  }

  /** The key of a name in text, for names with escapes. */
  findText(name: string): number {
    return this.#keys.code(name)
  }

  columns(key: number): readonly number[] {
    return this.#columns[key]!
  }

  child(key: number): KeyTree | undefined {
    return this.#children[key]
  }

  /** Remembers a name that was not asked for in so many words. */
  #meet(name: string): number {
    const key = this.#known(this.#keys.add(name))
    const columns = this.#guesses.get(similarName(name))
    if (columns !== undefined) this.#columns[key] = columns
    return key
  }

  #known(key: number): number {
    this.#columns[key] ??= []
    this.#following[key + 1] ??= key + 1
    return key
  }

  #is(key: number, bytes: Uint8Array, at: number, length: number): boolean {
    const name = this.#keys.encoded(key)
    if (name.length !== length) return false
    for (let i = 0; i < length; i++) if (name[i] !== bytes[at + i]) return false
    return true
  }
}
