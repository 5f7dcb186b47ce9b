/** What was made for a key, for the keys that were asked for last: at most `limit` of them. */
export class RecentMemo<T> {
  readonly #limit: number
  /** The last used is last. */
  readonly #made = new Map<string, T>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get(key: string, make: () => T): T {
    const known = this.#made.get(key)
    const made = known ?? make()
    if (known !== undefined) this.#made.delete(key)
    else if (this.#made.size >= this.#limit) this.#made.delete(this.#made.keys().next().value!)
    this.#made.set(key, made)
    return made
  }
}
