import { encodeHeader } from '../core/headers.ts'

/** So many values are kept ready; then it begins anew. */
const MAX_KEPT = 1000

/** Headers of one name, made from their values: values that come again and again are made once. */
export class HeaderTexts {
  readonly #name: string
  readonly #made = new Map<string, Uint8Array>()

  constructor(name: string) {
    this.#name = name
  }

  of(value: string): Uint8Array {
    let header = this.#made.get(value)
    if (header === undefined) {
      header = encodeHeader(this.#name, value)
      if (this.#made.size >= MAX_KEPT) this.#made.clear()
      this.#made.set(value, header)
    }
    return header
  }
}
