import { SluiceError } from '../../../core/errors.ts'
import { isObject, type Json } from './json.ts'

/** A place in a document, for messages: a path of keys and indexes, and the nearest locator ('@') around it. */
export class Place {
  readonly #parent: Place | undefined
  readonly #key: string | number
  readonly #locator: string | undefined

  constructor(parent: Place | undefined, key: string | number, locator?: string) {
    this.#parent = parent
    this.#key = key
    this.#locator = locator
  }

  /** The place of a part of what is here. */
  at(key: string | number, part?: Json): Place {
    const locator = isObject(part) ? part.get('@') : undefined
    return new Place(this, key, typeof locator === 'string' ? locator : undefined)
  }

  /** As a JSON pointer (RFC 6901). */
  get pointer(): string {
    if (this.#parent === undefined) return ''
    const key = String(this.#key).replaceAll('~', '~0').replaceAll('/', '~1')
    return `${this.#parent.pointer}/${key}`
  }

  get locator(): string | undefined {
    return this.#locator ?? this.#parent?.locator
  }

  toString(): string {
    const { locator, pointer } = this
    return locator === undefined ? pointer : `${pointer} (${locator})`
  }

  /** Refuses the document for what is here. */
  refuse(problem: string): never {
    const { pointer, locator } = this
    throw new SluiceError('model.malformed', `${this.toString() || 'the document'}: ${problem}`, {
      details: { place: pointer, ...(locator !== undefined && { locator }) },
    })
  }
}
