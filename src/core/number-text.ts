/**
 * Numbers as the bytes of their shortest decimal text that reads back as the same double: ECMAScript's Number::toString, but
 * `-0` for minus zero, which is JSON too and keeps its sign; or `NaN`, `Infinity`, `-Infinity`, which JSON lacks.
 * It remembers the last number, which is often asked for twice.
 */
export class NumberText {
  /** The text of the last number is `bytes[0, length)`. */
  readonly bytes = new Uint8Array(32)
  length = 0
  #last = Number.NaN

  format(value: number): void {
    if (value === this.#last && value !== 0) return
    this.#last = value
    const text = Object.is(value, -0) ? '-0' : String(value)
    const { bytes } = this
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
    this.length = text.length
  }
}
