/** Codes for texts that are in use, 0 and up; a code is given anew when all that kept it have released it. */
export class TextTable {
  readonly #codes = new Map<string, number>()
  readonly #texts: string[] = []
  readonly #uses: number[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#codes.size
  }

  /** The code of a text, kept until it is released as often as it was kept. */
  keep(text: string): number {
    let code = this.#codes.get(text)
    if (code === undefined) {
      code = this.#free.pop() ?? this.#texts.length
      this.#codes.set(text, code)
      this.#texts[code] = text
      this.#uses[code] = 0
    }
    this.#uses[code]!++
    return code
  }

  release(code: number): void {
    if (--this.#uses[code]! > 0) return
    this.#codes.delete(this.#texts[code]!)
    this.#texts[code] = ''
    this.#free.push(code)
  }

  text(code: number): string {
    return this.#texts[code]!
  }
}
