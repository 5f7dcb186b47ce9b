import type { Type } from '../types/type.ts'

/**
 * Functions by type, made when first asked for. A type that contains itself gets a function that forwards to the one being made.
 */
export class TypeMemo<Result, Args extends readonly unknown[]> {
  readonly #made = new Map<string, (...args: Args) => Result>()
  readonly #build: (type: Type) => (...args: Args) => Result

  constructor(build: (type: Type) => (...args: Args) => Result) {
    this.#build = build
  }

  get(type: Type): (...args: Args) => Result {
    const known = this.#made.get(type.key)
    if (known !== undefined) return known
    let made: ((...args: Args) => Result) | undefined
    this.#made.set(type.key, (...args) => made!(...args))
    made = this.#build(type)
    this.#made.set(type.key, made)
    return made
  }
}
