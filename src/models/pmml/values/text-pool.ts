/**
 * The texts of one loaded document and their codes, 0 and up: how a text stands in a cell. What the document itself mentions stays;
 * texts that come with records or that functions make are dynamic, and `trim` forgets them between batches.
 */
export class TextPool {
  readonly #texts: string[] = []
  readonly #codes = new Map<string, number>()
  #kept = 0

  /** The code of a text, which is added where it is new. */
  code(text: string): number {
    let code = this.#codes.get(text)
    if (code === undefined) {
      code = this.#texts.length
      this.#texts.push(text)
      this.#codes.set(text, code)
    }
    return code
  }

  text(code: number): string {
    return this.#texts[code] ?? ''
  }

  get size(): number {
    return this.#texts.length
  }

  /** How many texts `trim` keeps. */
  get kept(): number {
    return this.#kept
  }

  /** Declares everything so far to be the document's own. */
  keep(): void {
    this.#kept = this.#texts.length
  }

  /** Forgets the dynamic texts where there are more than `limit`; answers whether it did, so that codes held elsewhere are dropped. */
  trim(limit: number): boolean {
    if (this.#texts.length - this.#kept <= limit) return false
    for (let code = this.#kept; code < this.#texts.length; code++) this.#codes.delete(this.#texts[code]!)
    this.#texts.length = this.#kept
    return true
  }
}

/** Stands for a text of a record that nothing in the document mentions: equal to none. */
export const UNKNOWN_TEXT = -1
