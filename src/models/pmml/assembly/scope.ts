import { SluiceError } from '../../../core/errors.ts'
import type { DerivedField } from '../expressions/expression.ts'
import { fieldsOf } from '../expressions/expression-fields.ts'
import { familyOf } from '../values/data-type.ts'
import type { Assembly } from './assembly.ts'
import { cast } from './convert.ts'
import { cellOperand, type Evaluate, type Operand, type Step } from './operand.ts'

/**
 * The fields that a model sees (PMML 4.4.1, Field Scope). A field that has to be computed is put together when it is first asked for,
 * and from then on is computed by a step of the scope that declares it: fields that nothing uses cost nothing.
 */
export class Scope {
  readonly assembly: Assembly
  /** What is to be done, in order, before anything reads this scope's computed fields. */
  readonly steps: Step[] = []
  readonly #parent: Scope | undefined
  readonly #fields = new Map<string, Operand>()
  readonly #providers = new Map<string, () => Operand>()
  readonly #derived = new Map<string, DerivedField>()
  readonly #resolving = new Set<string>()

  constructor(assembly: Assembly, parent?: Scope) {
    this.assembly = assembly
    this.#parent = parent
  }

  bind(name: string, operand: Operand): void {
    this.#fields.set(name, operand)
  }

  /** Declares a field that is computed, where something asks for it. */
  provide(name: string, provider: () => Operand): void {
    this.#providers.set(name, provider)
  }

  /** Declares derived fields. */
  derive(fields: readonly DerivedField[]): void {
    for (const field of fields) {
      this.#derived.set(field.name, field)
      this.provide(field.name, () => {
        const value = cast(this.assembly.compile(field.expression, this), field.dataType, this.assembly)
        return withOrigin(value, this.#originOf(field))
      })
    }
  }

  /** The derived field that a name means here, with the scope in which its own expression is read; undefined where it means none. */
  derivationOf(name: string, except?: DerivedField): { readonly field: DerivedField; readonly scope: Scope } | undefined {
    const field = this.#derived.get(name)
    // A field that is derived from one of the same name means the one outside.
    if (field !== undefined && field !== except) return { field, scope: this }
    if (field === undefined && this.#fields.has(name)) return undefined
    return this.#parent?.derivationOf(name)
  }

  /** The derived fields that are seen here: of two with one name, the inner one. */
  derivedFields(): readonly DerivedField[] {
    const own = [...this.#derived.values()]
    const outer = this.#parent?.derivedFields() ?? []
    return [...outer.filter((field) => !this.#derived.has(field.name)), ...own]
  }

  /** The cell of the only text that a derived field is a function of. */
  #originOf(field: DerivedField): number | undefined {
    const names = fieldsOf(field.expression)
    const cells = new Set(names?.map((name) => originOf(this.find(name))))
    const [cell] = cells
    return cells.size === 1 ? cell : undefined
  }

  /** The field of this name, or undefined. */
  find(name: string): Operand | undefined {
    const bound = this.#fields.get(name)
    if (bound !== undefined) return bound
    const provider = this.#providers.get(name)
    // A field that is derived from one of the same name means the one outside.
    if (provider === undefined || this.#resolving.has(name)) return this.#parent?.find(name)
    this.#resolving.add(name)
    const value = provider()
    this.#resolving.delete(name)
    const operand = value.slot === undefined && value.literal === undefined ? this.store(value) : value
    this.#fields.set(name, operand)
    return operand
  }

  /** The field of this name; throws `model.malformed` where there is none. */
  require(name: string): Operand {
    const found = this.find(name)
    if (found !== undefined) return found
    const why = this.#resolving.has(name)
      ? 'is derived from itself'
      : 'is used but is neither an active field of the MiningSchema nor derived'
    throw new SluiceError('model.malformed', `the field '${name}' ${why}`, { details: { field: name } })
  }

  /** Adds the step that computes an operand once per row into a cell. */
  store(value: Operand): Operand {
    const slot = this.assembly.take()
    const { run, type, source, values, origin } = value
    const remembered = origin === undefined ? run : byOrigin(run, origin, this.assembly)
    this.steps.push((cells, at) => {
      cells[at + slot] = remembered(cells, at)
    })
    return cellOperand(type, slot, {
      ...(source !== undefined && { source }),
      ...(values !== undefined && { values }),
      ...(origin !== undefined && { origin }),
    })
  }
}

function originOf(operand: Operand | undefined): number | undefined {
  return operand?.origin ?? (operand !== undefined && familyOf(operand.type) === 'text' ? operand.slot : undefined)
}

function withOrigin(operand: Operand, origin: number | undefined): Operand {
  return origin === undefined || operand.slot !== undefined || operand.literal !== undefined ? operand : { ...operand, origin }
}

/** Texts with codes below this have their results kept in a table. */
const MOST_KEPT = 65_536

/** What a function of one text answers, kept by the text's code. */
function byOrigin(run: Evaluate, origin: number, assembly: Assembly): Evaluate {
  let known = new Uint8Array(0)
  let results = new Float64Array(0)
  assembly.onTrim(() => known.fill(0))
  return (cells, at) => {
    const code = cells[at + origin]!
    if (!(code >= 0 && code < MOST_KEPT)) return run(cells, at)
    if (code >= known.length) {
      const room = Math.max(16, 2 ** Math.ceil(Math.log2(code + 1)))
      known = grown(known, new Uint8Array(room))
      results = grown(results, new Float64Array(room))
    }
    if (known[code] === 0) {
      results[code] = run(cells, at)
      known[code] = 1
    }
    return results[code]!
  }
}

function grown<T extends Uint8Array | Float64Array>(from: T, into: T): T {
  into.set(from)
  return into
}
