import type { Type } from '../types/type.ts'

/** A variable of a document. */
export interface Variable {
  readonly type: Type
  /** Its name in JavaScript. */
  readonly code: string
  /** The function it belongs to, or undefined where it is the engine's. */
  readonly routine: Routine | undefined
}

/** A function that is being compiled: the body of a user function, of an inline function, or of the engine itself. */
export class Routine {
  readonly parent: Routine | undefined
  /** Library and user functions and special forms that it calls, and those that inline functions in it call. */
  readonly calls = new Set<string>()
  /** Whether it reads variables of the functions around it. */
  captures = false

  constructor(parent?: Routine) {
    this.parent = parent
  }

  call(name: string): void {
    this.calls.add(name)
    this.parent?.call(name)
  }
}

export interface Seal {
  /** Variables outside may be read, not written. */
  readonly above: boolean
  /** No variable may be declared. */
  readonly within: boolean
}

/** What names mean at a place of a document (PFA 0.8.1, symbol scope): nested, sealed against writing where the standard says so. */
export class Scope {
  readonly routine: Routine
  readonly #parent: Scope | undefined
  readonly #seal: Seal
  readonly #own = new Map<string, Variable>()

  constructor(parent: Scope | undefined, seal: Seal, routine = parent?.routine ?? new Routine()) {
    this.#parent = parent
    this.#seal = seal
    this.routine = routine
  }

  /** A scope for an argument: it can neither declare nor write. */
  argument(): Scope {
    return new Scope(this, { above: true, within: true })
  }

  /** A scope for a block: it can declare, and write what is outside. */
  inner(above = false): Scope {
    return new Scope(this, { above, within: false })
  }

  get closed(): boolean {
    return this.#seal.within
  }

  /** The variable of this name, noting which functions come to read what is outside of them. */
  get(name: string): Variable | undefined {
    const variable = this.#find(name)
    if (variable?.routine !== undefined) {
      for (
        let routine: Routine | undefined = this.routine;
        routine !== undefined && routine !== variable.routine;
        routine = routine.parent
      ) {
        routine.captures = true
      }
    }
    return variable
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined
  }

  writable(name: string): boolean {
    if (this.#seal.within) return false
    if (this.#own.has(name)) return true
    return !this.#seal.above && (this.#parent?.writable(name) ?? false)
  }

  declare(name: string, variable: Variable): void {
    this.#own.set(name, variable)
  }

  #find(name: string): Variable | undefined {
    return this.#own.get(name) ?? (this.#parent === undefined ? undefined : this.#parent.#find(name))
  }
}
