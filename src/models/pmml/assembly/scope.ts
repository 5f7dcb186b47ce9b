import { SluiceError } from '../../../core/errors.ts'
import type { DerivedField } from '../expressions/expression.ts'
import type { Assembly } from './assembly.ts'
import { cast } from './convert.ts'
import { cellOperand, type Operand, type Step } from './operand.ts'

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
      this.provide(field.name, () => cast(this.assembly.compile(field.expression, this), field.dataType, this.assembly))
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
    const { run, type, source, values } = value
    this.steps.push((cells, at) => {
      cells[at + slot] = run(cells, at)
    })
    return cellOperand(type, slot, { ...(source !== undefined && { source }), ...(values !== undefined && { values }) })
  }
}
