import { comparedLiteral } from '../assembly/convert.ts'
import type { Scope } from '../assembly/scope.ts'
import { type Predicate, SIMPLE_OPERATORS } from '../predicates/predicate.ts'
import { familyOf } from '../values/data-type.ts'
import { NODE_TEST } from './tree-plan.ts'

/** The code of a node's test that is a list of simple ones, of which the first whose field is not missing decides. */
export const SURROGATE = 11

/** Lists of simple tests, one after the other. */
export interface Surrogates {
  /** Where a list begins; one entry more than lists. */
  readonly start: Int32Array
  /** As `TreeNodes.test`: one of the comparisons, or always true or false. */
  readonly test: Uint8Array
  readonly cell: Int32Array
  readonly operand: Float64Array
}

/** Whether a value compares with an operand as the code of the operator says. */
export function holds(code: number, value: number, operand: number): boolean {
  switch (code) {
    case 0:
      return value === operand
    case 1:
      return value !== operand
    case 2:
      return value < operand
    case 3:
      return value <= operand
    case 4:
      return value > operand
    default:
      return value >= operand
  }
}

/** 1, 0, or -1 for unknown. */
// oxlint-disable-next-line max-params -- called for every node
export function runSurrogates(lists: Surrogates, list: number, cells: Float64Array, at: number): number {
  const { start, test, cell, operand } = lists
  for (let i = start[list]!; i < start[list + 1]!; i++) {
    const code = test[i]!
    if (code >= NODE_TEST.true) return code === NODE_TEST.true ? 1 : 0
    const value = cells[at + cell[i]!]!
    if (value === value) return holds(code, value, operand[i]!) ? 1 : 0
  }
  return -1
}

/** Collects lists. */
export class SurrogateColumns {
  readonly #scope: Scope
  readonly #start: number[] = [0]
  readonly #test: number[] = []
  readonly #cell: number[] = []
  readonly #operand: number[] = []

  constructor(scope: Scope) {
    this.#scope = scope
  }

  /** The number of the list that a predicate is; undefined where it is none. */
  add(predicate: Predicate): number | undefined {
    if (predicate.kind !== 'CompoundPredicate' || predicate.operator !== 'surrogate') return undefined
    const before = this.#test.length
    if (!predicate.parts.every((part) => this.#addPart(part))) {
      for (const column of [this.#test, this.#cell, this.#operand]) column.length = before
      return undefined
    }
    return this.#start.push(this.#test.length) - 2
  }

  finish(): Surrogates {
    return {
      start: Int32Array.from(this.#start),
      test: Uint8Array.from(this.#test),
      cell: Int32Array.from(this.#cell),
      operand: Float64Array.from(this.#operand),
    }
  }

  #addPart(part: Predicate): boolean {
    if (part.kind === 'True' || part.kind === 'False') {
      this.#push(part.kind === 'True' ? NODE_TEST.true : NODE_TEST.false, 0, 0)
      return true
    }
    if (part.kind !== 'SimplePredicate' || part.value === undefined) return false
    const field = this.#scope.require(part.field)
    const isEquality = part.operator === 'equal' || part.operator === 'notEqual'
    if (familyOf(field.type) === 'text' && !isEquality) return false
    const operand = comparedLiteral(field, part.value, this.#scope.assembly)
    const { slot } = field.slot === undefined ? this.#scope.store(field) : field
    this.#push(SIMPLE_OPERATORS.indexOf(part.operator), slot!, operand)
    return true
  }

  #push(test: number, cell: number, operand: number): void {
    this.#test.push(test)
    this.#cell.push(cell)
    this.#operand.push(operand)
  }
}
