import { comparedLiteral } from '../assembly/convert.ts'
import type { Assembly } from '../assembly/assembly.ts'
import type { Operand } from '../assembly/operand.ts'
import type { Scope } from '../assembly/scope.ts'
import { compilePredicate, type Test } from '../predicates/compile-predicate.ts'
import { SIMPLE_OPERATORS } from '../predicates/predicate.ts'
import { familyOf, isWrittenAsText } from '../values/data-type.ts'
import { holds, runSurrogates, SURROGATE, SurrogateColumns, type Surrogates } from './surrogates.ts'
import { literalText, NODE_TEST, type TreeNodes } from './tree-plan.ts'

/** The predicates of a tree's nodes, ready to run: simple ones as columns, the rest as functions. */
export interface NodeTests {
  /** Code of the test, as in `TreeNodes.test`. */
  readonly test: Uint8Array
  /** The cell that a simple test reads; for `NODE_TEST.other`, the index in `others`. */
  readonly subject: Int32Array
  readonly operand: Float64Array
  readonly others: readonly Test[]
  readonly surrogates: Surrogates
}

const FIRST_ORDERING = SIMPLE_OPERATORS.indexOf('lessThan')
const LAST_ORDERING = SIMPLE_OPERATORS.indexOf('greaterOrEqual')

export function compileNodeTests(nodes: TreeNodes, scope: Scope): NodeTests {
  const test = nodes.test.slice()
  const subject = nodes.subject.slice()
  const operand = nodes.operand.slice()
  const others: Test[] = []
  const fields = nodes.fields.map((name) => scope.require(name))
  const slots = fields.map((field) => field.slot ?? scope.store(field).slot!)
  const surrogates = new SurrogateColumns(scope)
  for (let node = 0; node < nodes.count; node++) {
    const code = test[node]!
    if (code === NODE_TEST.true || code === NODE_TEST.false) continue
    if (code === NODE_TEST.other) {
      const list = surrogates.add(nodes.predicates[subject[node]!]!)
      if (list !== undefined) {
        test[node] = SURROGATE
        subject[node] = list
        continue
      }
      subject[node] = others.push(compilePredicate(nodes.predicates[subject[node]!]!, scope)) - 1
      continue
    }
    const field = fields[subject[node]!]!
    if (familyOf(field.type) === 'text' && code >= FIRST_ORDERING && code <= LAST_ORDERING) {
      const text = literalText(nodes, operand[node]!, nodes.operandText[node]!)
      const predicate = {
        kind: 'SimplePredicate',
        field: nodes.fields[subject[node]!]!,
        operator: SIMPLE_OPERATORS[code]!,
        value: text,
      } as const
      test[node] = NODE_TEST.other
      subject[node] = others.push(compilePredicate(predicate, scope)) - 1
      continue
    }
    subject[node] = slots[subject[node]!]!
    if (code <= LAST_ORDERING) operand[node] = comparedOperand(nodes, node, field, scope.assembly)
  }
  return { test, subject, operand, others, surrogates: surrogates.finish() }
}

/** The cell that a simple test compares its field with. */
// oxlint-disable-next-line max-params -- called for every node
export function comparedOperand(nodes: TreeNodes, node: number, field: Operand, assembly: Assembly): number {
  const value = nodes.operand[node]!
  const text = nodes.operandText[node]!
  if (text === -1 && familyOf(field.type) === 'number' && !isWrittenAsText(field.type))
    return field.type === 'float' ? Math.fround(value) : value
  return comparedLiteral(field, literalText(nodes, value, text), assembly)
}

/** 1, 0, or -1 for unknown. */
export function runTest(tests: NodeTests, node: number, cells: Float64Array, at: number): number {
  const code = tests.test[node]!
  if (code >= NODE_TEST.true) {
    if (code === SURROGATE) return runSurrogates(tests.surrogates, tests.subject[node]!, cells, at)
    if (code !== NODE_TEST.other) return code === NODE_TEST.true ? 1 : 0
    const result = tests.others[tests.subject[node]!]!(cells, at)
    return Number.isNaN(result) ? -1 : result
  }
  const value = cells[at + tests.subject[node]!]!
  if (code >= 6) return Number.isNaN(value) === (code === 6) ? 1 : 0
  if (Number.isNaN(value)) return -1
  return holds(code, value, tests.operand[node]!) ? 1 : 0
}
