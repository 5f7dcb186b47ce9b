import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Assembly } from '../assembly/assembly.ts'
import { cellOperand } from '../assembly/operand.ts'
import { Scope } from '../assembly/scope.ts'
import { compileExpression } from '../expressions/compile-expression.ts'
import { compilePredicate } from './compile-predicate.ts'
import type { Predicate, SimpleOperator } from './predicate.ts'

const assembly = new Assembly([], compileExpression)
const scope = new Scope(assembly)
for (const name of ['x', 'y']) scope.bind(name, cellOperand('double', assembly.take()))
// The same fields where there is no cell for them, which takes the other way.
const computed = new Scope(assembly)
for (const [slot, name] of ['x', 'y'].entries()) {
  computed.bind(name, { type: 'double', run: (cells, at) => cells[at + slot]! })
}

const VALUES = [-1, 0, -0, 0.5, 1, 2, NaN]
const number = fc.constantFrom('-1', '0', '0.5', '1', '2')
const simple: fc.Arbitrary<Predicate> = fc
  .tuple(
    fc.constantFrom('x', 'y'),
    fc.constantFrom<SimpleOperator>('equal', 'notEqual', 'lessThan', 'lessOrEqual', 'greaterThan', 'greaterOrEqual'),
    number,
  )
  .map(([field, operator, value]) => ({ kind: 'SimplePredicate', field, operator, value }))
const set: fc.Arbitrary<Predicate> = fc
  .tuple(fc.constantFrom('x', 'y'), fc.boolean(), fc.uniqueArray(fc.constantFrom('0', '1', '2', '0.5')))
  .map(([field, isIn, values]) => ({ kind: 'SimpleSetPredicate', field, isIn, values }))
const part = fc.oneof(simple, set)
const predicate: fc.Arbitrary<Predicate> = fc.oneof(
  part,
  fc
    .tuple(
      fc.constantFrom('and' as const, 'or' as const, 'xor' as const, 'surrogate' as const),
      fc.array(simple, { minLength: 2, maxLength: 3 }),
    )
    .map(([operator, parts]) => ({ kind: 'CompoundPredicate' as const, operator, parts })),
)

/** What the standard says of a predicate; undefined where it is unknown. */
function meaning(test: Predicate, row: Readonly<Record<string, number>>): boolean | undefined {
  if (test.kind === 'SimplePredicate' || test.kind === 'SimpleSetPredicate') {
    const x = row[test.field]!
    if (Number.isNaN(x)) return undefined
    if (test.kind === 'SimpleSetPredicate') return test.values.some((value) => Number(value) === x) === test.isIn
    const z = Number(test.value)
    const holds = { equal: x === z, notEqual: x !== z, lessThan: x < z, lessOrEqual: x <= z, greaterThan: x > z, greaterOrEqual: x >= z }
    return holds[test.operator as keyof typeof holds]
  }
  if (test.kind !== 'CompoundPredicate') return test.kind === 'True'
  const parts = test.parts.map((one) => meaning(one, row))
  if (test.operator === 'surrogate') return parts.find((one) => one !== undefined)
  if (test.operator === 'xor') return parts.includes(undefined) ? undefined : parts.filter(Boolean).length % 2 === 1
  const decisive = test.operator === 'or'
  return parts.includes(decisive) ? decisive : parts.includes(undefined) ? undefined : !decisive
}

describe('a predicate', () => {
  it('is true, false or unknown as the standard says', () => {
    fc.assert(
      fc.property(predicate, fc.constantFrom(...VALUES), fc.constantFrom(...VALUES), (test, x, y) => {
        const wanted = meaning(test, { x, y })
        const result = wanted === undefined ? NaN : Number(wanted)
        const cells = Float64Array.of(x, y)
        expect(compilePredicate(test, scope)(cells, 0)).toBe(result)
        expect(compilePredicate(test, computed)(cells, 0)).toBe(result)
      }),
      { numRuns: 2000 },
    )
  })
})
