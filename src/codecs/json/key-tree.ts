import { Dictionary } from '../../core/dictionary.ts'
import { similarName } from '../../core/similar-name.ts'

/** How many names that nobody wants a reader remembers, so as to know at once that nobody wants them; and how long they may be. */
const REMEMBERED = 4096
const LONGEST_REMEMBERED = 128

const NONE: readonly number[] = []
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Members that feed the columns of a name that is similar to theirs. */
interface Guess {
  readonly name: string
  /** None where several names that are wanted are alike. */
  columns: readonly number[]
  /** A key that stands for such members, or -1 as long as none was met. */
  key: number
}

/**
 * Which members of an object a reader wants, by the bytes of their names. Objects of one stream have their members in the
 * same order as a rule, so it tries the one that followed last time before it looks up.
 */
export class KeyTree {
  readonly #keys = new Dictionary()
  readonly #columns: (readonly number[])[] = []
  readonly #children: (KeyTree | undefined)[] = []
  readonly #guessed: boolean[] = []
  /** By the similar name. */
  readonly #guesses = new Map<string, Guess>()
  /** Per key, the key that came after it last time; per -1 (the beginning) at place 0. */
  readonly #following: number[] = [0]
  /** All columns that are wanted of this object and of those in it. */
  readonly everyColumn: number[] = []

  /** Wants the value at these steps for a column; where `guessed`, also that of a member with a similar name. */
  want(steps: readonly string[], column: number, guessed = false): void {
    const [head, ...rest] = steps
    const key = this.#known(this.#keys.add(head!))
    this.everyColumn.push(column)
    if (rest.length > 0) return (this.#children[key] ??= new KeyTree()).want(rest, column)
    this.#columns[key] = [...this.#columns[key]!, column]
    if (guessed) this.#guess(head!, this.#columns[key])
  }

  /** The key whose name is `bytes[at, at + length)`, or -1; `previous` is the one before it in this object, or -1. */
  find(bytes: Uint8Array, at: number, length: number, previous: number): number {
    const guess = this.#following[previous + 1]!
    if (guess < this.#keys.size && this.#is(guess, bytes, at, length)) return guess
    let key = this.#keys.codeOfBytes(bytes, at, length)
    if (key < 0) {
      if (this.#guesses.size === 0 && (length > LONGEST_REMEMBERED || this.#keys.size >= REMEMBERED)) return -1
      key = this.#meet(decoder.decode(bytes.subarray(at, at + length)))
      if (key < 0) return -1
    }
    this.#following[previous + 1] = key
    return key
  }

  /** The key of a name in text, for names with escapes; or -1. */
  findText(name: string): number {
    const key = this.#keys.code(name)
    return key < 0 ? this.#meet(name) : key
  }

  /** The columns that want the member itself. */
  columns(key: number): readonly number[] {
    return this.#columns[key]!
  }

  /** Whether those columns only want it because its name is similar to theirs. */
  isGuessed(key: number): boolean {
    return this.#guessed[key] === true
  }

  /** What is wanted of the object that the member is, or undefined. */
  child(key: number): KeyTree | undefined {
    return this.#children[key]
  }

  #guess(name: string, columns: readonly number[]): void {
    const guess = this.#guesses.get(similarName(name))
    if (guess === undefined) this.#guesses.set(similarName(name), { name, columns, key: -1 })
    else guess.columns = guess.name === name ? columns : NONE
  }

  /** Remembers a name that was not asked for in so many words, or answers -1 where nobody wants it and there are too many. */
  #meet(name: string): number {
    const guess = this.#guesses.size === 0 ? undefined : this.#guesses.get(similarName(name))
    const isFull = this.#keys.size >= REMEMBERED || name.length > LONGEST_REMEMBERED
    // One key per guess is always remembered, or what is read would depend on the names that came before.
    if (isFull && (guess === undefined || guess.key >= 0)) return guess?.key ?? -1
    const key = this.#known(this.#keys.add(name))
    if (guess !== undefined) {
      guess.key = key
      this.#columns[key] = guess.columns
      this.#guessed[key] = true
    }
    return key
  }

  #known(key: number): number {
    this.#columns[key] ??= NONE
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
