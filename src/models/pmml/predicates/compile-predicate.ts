import { comparedLiteral, toText } from '../assembly/convert.ts'
import type { Evaluate, Operand } from '../assembly/operand.ts'
import type { Scope } from '../assembly/scope.ts'
import { familyOf } from '../values/data-type.ts'
import { nextBelow } from '../values/next-below.ts'
import type { CompoundPredicate, Predicate, SetPredicate, SimpleOperator, SimplePredicate } from './predicate.ts'

/** A test of a row: 1 for true, 0 for false, NaN for unknown. */
export type Test = Evaluate

/** The test that a predicate stands for, where its fields are those of the scope. */
export function compilePredicate(predicate: Predicate, scope: Scope): Test {
  switch (predicate.kind) {
    case 'True':
      return () => 1
    case 'False':
      return () => 0
    case 'SimplePredicate':
      return compileSimple(predicate, scope)
    case 'SimpleSetPredicate':
      return compileSet(predicate, scope)
    case 'CompoundPredicate':
      return compileCompound(predicate, scope)
  }
}

type Comparison = Exclude<SimpleOperator, 'isMissing' | 'isNotMissing'>

const COMPARISONS: Readonly<Record<Comparison, (value: number, operand: number) => boolean>> = {
  equal: (value, operand) => value === operand,
  notEqual: (value, operand) => value !== operand,
  lessThan: (value, operand) => value < operand,
  lessOrEqual: (value, operand) => value <= operand,
  greaterThan: (value, operand) => value > operand,
  greaterOrEqual: (value, operand) => value >= operand,
}

function compileSimple(predicate: SimplePredicate, scope: Scope): Test {
  const { operator, value: literal } = predicate
  const field = scope.require(predicate.field)
  const { run } = field
  if (operator === 'isMissing') return (cells, at) => (Number.isNaN(run(cells, at)) ? 1 : 0)
  if (operator === 'isNotMissing') return (cells, at) => (Number.isNaN(run(cells, at)) ? 0 : 1)
  const holds = COMPARISONS[operator]
  if (familyOf(field.type) === 'text' && operator !== 'equal' && operator !== 'notEqual') {
    return compileTextOrder(field, literal!, { holds, scope })
  }
  const operand = comparedLiteral(field, literal!, scope.assembly)
  if (field.slot !== undefined) return CELL_TESTS[operator](field.slot, operand)
  return (cells, at) => {
    const value = run(cells, at)
    return Number.isNaN(value) ? NaN : holds(value, operand) ? 1 : 0
  }
}

/** The comparisons of what a cell holds, each in a function of its own: they are most of what trees, scorecards and rules do. */
const CELL_TESTS: Readonly<Record<Comparison, (slot: number, operand: number) => Test>> = {
  equal: (slot, operand) => (cells, at) => {
    const value = cells[at + slot]!
    return value === operand ? 1 : value === value ? 0 : NaN
  },
  notEqual: (slot, operand) => (cells, at) => {
    const value = cells[at + slot]!
    return value === operand ? 0 : value === value ? 1 : NaN
  },
  lessThan: (slot, operand) => (cells, at) => {
    const value = cells[at + slot]!
    return value < operand ? 1 : value === value ? 0 : NaN
  },
  lessOrEqual: (slot, operand) => (cells, at) => {
    const value = cells[at + slot]!
    return value <= operand ? 1 : value === value ? 0 : NaN
  },
  greaterThan: (slot, operand) => (cells, at) => {
    const value = cells[at + slot]!
    return value > operand ? 1 : value === value ? 0 : NaN
  },
  greaterOrEqual: (slot, operand) => (cells, at) => {
    const value = cells[at + slot]!
    return value >= operand ? 1 : value === value ? 0 : NaN
  },
}

/** Texts are ordered as the field declares its values, where it does; else by their characters. */
function compileTextOrder(
  field: Operand,
  literal: string,
  context: { holds: (value: number, operand: number) => boolean; scope: Scope },
): Test {
  const { holds, scope } = context
  const { pool } = scope.assembly
  const declared = field.values ?? []
  const wanted = declared.indexOf(literal)
  const run = wanted < 0 ? toText(field, scope.assembly) : field.run
  const ranks = new Map(declared.map((value, rank) => [pool.code(value), rank]))
  return (cells, at) => {
    const code = run(cells, at)
    if (Number.isNaN(code)) return NaN
    const rank = ranks.get(code)
    if (wanted >= 0) return rank === undefined ? NaN : holds(rank, wanted) ? 1 : 0
    const text = pool.text(code)
    return holds(text < literal ? -1 : text > literal ? 1 : 0, 0) ? 1 : 0
  }
}

function compileSet(predicate: SetPredicate, scope: Scope): Test {
  const field = scope.require(predicate.field)
  const members = new Set(predicate.values.map((value) => comparedLiteral(field, value, scope.assembly)))
  const [inside, outside] = predicate.isIn ? [1, 0] : [0, 1]
  const { run, slot } = field
  const table = tableOf(members)
  if (table !== undefined && slot !== undefined) {
    return (cells, at) => {
      const value = cells[at + slot]!
      return table[value] === 1 ? inside : value === value ? outside : NaN
    }
  }
  return (cells, at) => {
    const value = run(cells, at)
    return Number.isNaN(value) ? NaN : members.has(value) ? inside : outside
  }
}

const LARGEST_TABLE = 65_536

/** 1 for each member, where all of them are small whole numbers. */
function tableOf(members: ReadonlySet<number>): Uint8Array | undefined {
  const largest = Math.max(-1, ...members)
  for (const member of members) if (!(Number.isInteger(member) && member >= 0 && member < LARGEST_TABLE)) return undefined
  const table = new Uint8Array(largest + 1)
  for (const member of members) table[member] = 1
  return table
}

function compileCompound(predicate: CompoundPredicate, scope: Scope): Test {
  const range = predicate.operator === 'and' ? compileRange(predicate.parts, scope) : undefined
  if (range !== undefined) return range
  const tests = predicate.parts.map((part) => compilePredicate(part, scope))
  return CONNECTIVES[predicate.operator](tests)
}

/** Two orderings of one number, from both sides, as the first and the last double for which they hold. */
function compileRange(parts: readonly Predicate[], scope: Scope): Test | undefined {
  const [one, other] = parts
  if (parts.length !== 2 || one?.kind !== 'SimplePredicate' || other?.kind !== 'SimplePredicate' || one.field !== other.field)
    return undefined
  const field = scope.require(one.field)
  const { slot } = field
  if (slot === undefined || familyOf(field.type) !== 'number') return undefined
  let [low, high] = [NaN, NaN]
  for (const { operator, value } of [one, other]) {
    const operand = value === undefined ? NaN : comparedLiteral(field, value, scope.assembly)
    if (!Number.isFinite(operand)) return undefined
    if (operator === 'greaterOrEqual') low = operand
    else if (operator === 'greaterThan') low = -nextBelow(-operand)
    else if (operator === 'lessOrEqual') high = operand
    else if (operator === 'lessThan') high = nextBelow(operand)
  }
  if (Number.isNaN(low) || Number.isNaN(high)) return undefined
  return (cells, at) => {
    const value = cells[at + slot]!
    return value >= low && value <= high ? 1 : value === value ? 0 : NaN
  }
}

/** Three-valued logic (PMML 4.4.1, TreeModel, CompoundPredicate). */
const CONNECTIVES: Readonly<Record<CompoundPredicate['operator'], (tests: readonly Test[]) => Test>> = {
  and: (tests) => connective(tests, 0),
  or: (tests) => connective(tests, 1),
  xor: (tests) => (cells, at) => {
    let result = 0
    for (let i = 0; i < tests.length; i++) {
      const value = tests[i]!(cells, at)
      if (Number.isNaN(value)) return NaN
      result ^= value
    }
    return result
  },
  surrogate: (tests) => (cells, at) => {
    for (let i = 0; i < tests.length; i++) {
      const value = tests[i]!(cells, at)
      if (!Number.isNaN(value)) return value
    }
    return NaN
  },
}

function connective(tests: readonly Test[], decisive: 0 | 1): Test {
  const [one, other] = tests
  if (one !== undefined && other !== undefined && tests.length === 2) {
    return (cells, at) => {
      const first = one(cells, at)
      if (first === decisive) return decisive
      const second = other(cells, at)
      // Both are known and not decisive, or one is not known: their product is NaN then.
      return second === decisive ? decisive : first * second === first * second ? 1 - decisive : NaN
    }
  }
  return (cells, at) => {
    let unknown = false
    for (let i = 0; i < tests.length; i++) {
      const value = tests[i]!(cells, at)
      if (value === decisive) return decisive
      if (Number.isNaN(value)) unknown = true
    }
    return unknown ? NaN : 1 - decisive
  }
}
