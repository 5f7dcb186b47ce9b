import type { Json } from '../document/json.ts'
import type { Place } from '../document/place.ts'
import type { LibraryServices } from '../library/library-function.ts'
import type { TypeTable } from '../types/type-table.ts'
import type { Type } from '../types/type.ts'
import type { ValueTools } from '../values/value-tools.ts'
import { ConstantPool } from './constant-pool.ts'
import type { Operand } from './operand.ts'
import type { Routine } from './scope.ts'
import type { Site } from './site.ts'
import type { Store } from './store.ts'

/** A function that the document defines: `u.name`. */
export interface UserFunction {
  readonly name: string
  readonly params: readonly { readonly name: string; readonly type: Type }[]
  readonly ret: Type
  /** Its name in generated code. */
  readonly code: string
}

/** What may run while a cell or pool is being written: nothing that writes another. */
export interface UpdateCheck {
  readonly routine: Routine
  readonly form: string
  readonly place: Place
}

export interface ProgramParts {
  readonly types: TypeTable
  readonly values: ValueTools
  readonly services: LibraryServices
  readonly cells: ReadonlyMap<string, Store>
  readonly pools: ReadonlyMap<string, Store>
  readonly functions: ReadonlyMap<string, UserFunction>
  /** The type of what `emit` takes, in an engine that emits. */
  readonly emits: Type | undefined
  readonly expression: (json: Json, site: Site) => Operand
}

/** A document on its way to JavaScript: what its expressions share. */
export class Program {
  readonly parts: ProgramParts
  readonly constants = new ConstantPool()
  /** Functions that read nothing around them. */
  readonly functions: string[] = []
  readonly updates: UpdateCheck[] = []
  /** The names of the library functions that it calls, or passes on. */
  readonly called = new Set<string>()
  readonly #helpers = new Map<string, string>()
  #names = 0

  constructor(parts: ProgramParts) {
    this.parts = parts
  }

  /** A name that no other thing in the generated code has. */
  fresh(stem: string): string {
    return `${stem}$${this.#names++}`
  }

  /** The name of a function that generated code shares; its source is written once. */
  helper(name: string, source: string): string {
    this.#helpers.set(name, source)
    return name
  }

  /** Writes a function; gives its name. The source is what follows the name. */
  readonly define = (source: string): string => {
    const name = this.fresh('h')
    this.functions.push(`function ${name}${source}`)
    return name
  }

  /** Declares a variable of the engine; gives its name. */
  readonly variable = (initial: string): string => {
    const name = this.fresh('v')
    this.functions.push(`let ${name} = ${initial};`)
    return name
  }

  helpers(): string {
    return [...this.#helpers.values()].join('\n')
  }
}
