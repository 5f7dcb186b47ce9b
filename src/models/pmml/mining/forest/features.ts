import type { Operand, Step } from '../../assembly/operand.ts'
import { Scope } from '../../assembly/scope.ts'
import type { ModelHead } from '../../model-plan.ts'
import { compilePredicate, type Test } from '../../predicates/compile-predicate.ts'
import type { Predicate } from '../../predicates/predicate.ts'
import { type DataType, familyOf } from '../../values/data-type.ts'

interface Feature {
  readonly feature: number
  readonly operand: Operand
}

/** The derived fields that trees declare themselves, in a scope that several trees may share. */
interface OwnFields {
  readonly scope: Scope
  /** By name: how a field is derived, as text. */
  readonly derived: Map<string, string>
}

/** Whole numbers below this can stand in sets. */
const MOST_CODES = 1024

/** Predicates beyond these are not computed for every row. */
const MOST_FACTS = 32

/** What splits look at, each with its cell: fields, and facts, which are predicates computed once for all trees. */
export class Features {
  readonly slots: number[] = []
  /** 1 for a text. */
  readonly texts: number[] = []
  /** Per feature: the cell that it is missing with, and only with. */
  readonly missingWith: number[] = []
  hasNumberSets = false
  readonly #outer: Scope
  readonly #own: OwnFields[] = []
  readonly #bySlot = new Map<number, number>()
  readonly #facts = new Map<Scope, Map<string, number>>()
  readonly #factSteps: Step[] = []
  #scope: Scope

  constructor(scope: Scope) {
    this.#outer = scope
    this.#scope = scope
  }

  /** From here on names mean what they mean in a tree with this head. */
  enter({ derivedFields }: ModelHead): void {
    if (derivedFields.length === 0) {
      this.#scope = this.#outer
      return
    }
    const wanted = new Map(derivedFields.map((field) => [field.name, JSON.stringify(field)]))
    const own = this.#own.find((one) => this.#fits(one.derived, wanted)) ?? this.#addOwn()
    own.scope.derive(derivedFields.filter(({ name }) => !own.derived.has(name)))
    for (const [name, derivation] of wanted) own.derived.set(name, derivation)
    this.#scope = own.scope
  }

  of(name: string): Feature {
    const found = this.#scope.require(name)
    const operand = found.slot === undefined ? this.#scope.store(found) : found
    return { feature: this.#featureOf(operand.slot!, { isText: familyOf(operand.type) === 'text', missingWith: operand.slot! }), operand }
  }

  /** Whether a test for these values can be a set of codes. Then `hasNumberSets` is true from here on. */
  takesCodes(type: DataType, codes: readonly number[]): boolean {
    const takes =
      (type === 'integer' || type === 'boolean') && codes.every((code) => Number.isInteger(code) && code >= 0 && code < MOST_CODES)
    if (takes) this.hasNumberSets = true
    return takes
  }

  /** A feature that is 0 where the predicate is true, 1 where it is false, and missing where it is unknown; undefined beyond a limit. */
  fact(predicate: Predicate): number | undefined {
    const scope = this.#scope
    let facts = this.#facts.get(scope)
    if (facts === undefined) this.#facts.set(scope, (facts = new Map()))
    const key = JSON.stringify(predicate)
    let feature = facts.get(key)
    if (feature === undefined) {
      if (this.#factSteps.length >= MOST_FACTS) return undefined
      const slot = scope.assembly.take()
      this.#factSteps.push(factStep(compilePredicate(predicate, scope), slot))
      feature = this.#featureOf(slot, { isText: false, missingWith: this.#missingCell(predicate) ?? slot })
      facts.set(key, feature)
    }
    return feature
  }

  /** What is to be done before the splits look. */
  steps(): readonly Step[] {
    return [...this.#own.flatMap(({ scope }) => scope.steps), ...this.#factSteps]
  }

  /** The cell of a predicate's field where it is unknown exactly where that is missing. */
  #missingCell(predicate: Predicate): number | undefined {
    if (predicate.kind !== 'SimpleSetPredicate' && predicate.kind !== 'SimplePredicate') return undefined
    const { slot, type } = this.of(predicate.field).operand
    const isEquality = predicate.kind === 'SimpleSetPredicate' || predicate.operator === 'equal'
    return isEquality && familyOf(type) !== 'text' ? slot : undefined
  }

  #featureOf(slot: number, { isText, missingWith }: { isText: boolean; missingWith: number }): number {
    let feature = this.#bySlot.get(slot)
    if (feature === undefined) {
      feature = this.slots.push(slot) - 1
      this.texts.push(isText ? 1 : 0)
      this.missingWith.push(missingWith)
      this.#bySlot.set(slot, feature)
    }
    return feature
  }

  /** Whether a tree with these fields may be in the scope with those: no name means another thing in it. */
  #fits(known: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>): boolean {
    for (const [name, derivation] of wanted) {
      const other = known.get(name)
      if (other === undefined ? this.#outer.find(name) !== undefined : other !== derivation) return false
    }
    for (const name of known.keys()) if (!wanted.has(name) && this.#outer.find(name) !== undefined) return false
    return true
  }

  #addOwn(): OwnFields {
    const own = { scope: new Scope(this.#outer.assembly, this.#outer), derived: new Map<string, string>() }
    this.#own.push(own)
    return own
  }
}

function factStep(test: Test, slot: number): Step {
  return (cells, at) => {
    cells[at + slot] = 1 - test(cells, at)
  }
}
