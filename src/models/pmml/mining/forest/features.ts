import type { Operand } from '../../assembly/operand.ts'
import type { Scope } from '../../assembly/scope.ts'
import { familyOf } from '../../values/data-type.ts'

interface Feature {
  readonly feature: number
  readonly operand: Operand
}

/** The fields that splits look at, each with its cell. */
export class Features {
  readonly slots: number[] = []
  /** 1 for a text. */
  readonly texts: number[] = []
  readonly #scope: Scope
  readonly #known = new Map<string, Feature>()

  constructor(scope: Scope) {
    this.#scope = scope
  }

  of(name: string): Feature {
    let entry = this.#known.get(name)
    if (entry === undefined) {
      const found = this.#scope.require(name)
      const operand = found.slot === undefined ? this.#scope.store(found) : found
      entry = { feature: this.slots.push(operand.slot!) - 1, operand }
      this.texts.push(familyOf(operand.type) === 'text' ? 1 : 0)
      this.#known.set(name, entry)
    }
    return entry
  }
}
