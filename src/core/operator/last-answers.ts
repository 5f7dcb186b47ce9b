const MAX_KEYS = 100_000
const decoder = new TextDecoder()

/** The last answer for each key, for the keys that were answered last. */
export class LastAnswers {
  readonly #answers = new Map<string, number | string>()

  /** The key is the bytes of a record's key, as text. */
  get(key: Uint8Array): number | string | undefined {
    return this.#answers.get(decoder.decode(key))
  }

  set(key: Uint8Array, answer: number | string): void {
    const text = decoder.decode(key)
    this.#answers.delete(text)
    this.#answers.set(text, answer)
    if (this.#answers.size > MAX_KEYS) this.#answers.delete(this.#answers.keys().next().value!)
  }
}
