import type { Assembly } from '../assembly/assembly.ts'
import { comparedLiteral } from '../assembly/convert.ts'
import { SIMPLE_OPERATORS, type SimpleOperator } from '../predicates/predicate.ts'
import { literalText, NODE_TEST, type TreePlan } from '../tree/tree-plan.ts'
import { familyOf } from '../values/data-type.ts'
import type { Features, LeafOf } from './forest-builder.ts'
import type { ForestColumns, Split } from './forest-columns.ts'
import { nextBelow } from './next-below.ts'

/** Stands for the node of a row that no child takes. */
export const NOWHERE = -1

/** A node's predicate as a split: where `negated`, the node is where the split does not hold. */
type Test =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | { readonly kind: 'split'; readonly split: Split; readonly negated: boolean }

interface Pending {
  readonly node: number
  /** The split that leads here, to be told where it is. */
  readonly from: number
  readonly left: boolean
}

/** Adds a tree to the columns as binary splits; undefined where it can't be told in those. Rows without missing values come to the same leaf. */
export function createTreeFlattener(parts: {
  features: Features
  columns: ForestColumns
  assembly: Assembly
}): (plan: TreePlan, leafOf: LeafOf) => { readonly takesMissing: boolean } | undefined {
  const { columns } = parts
  return (plan, leafOf) => {
    const { nodes } = plan
    if (nodes.test[0] !== NODE_TEST.true) return undefined
    let takesMissing = true
    const children: [number, number][] = []
    const link = (from: number, left: boolean, to: number): void => {
      if (from < 0) columns.addRoot(to)
      else children[from]![left ? 0 : 1] = to
    }
    const first = columns.count
    const pending: Pending[] = [{ node: 0, from: -1, left: false }]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { node } = next
      let { from, left } = next
      let rest: Test | undefined
      let settled = false
      for (let child = node + 1; child < nodes.end[node]! && !settled; child = nodes.end[child]!) {
        const test = testOf(plan, child, parts)
        if (test === undefined) return undefined
        if (test.kind === 'never') continue
        const certain = test.kind === 'always' || (rest !== undefined && isComplement(rest, test))
        if (certain) {
          if (test.kind !== 'always' && !takesDefault(plan, node, child)) takesMissing = false
          pending.push({ node: child, from, left })
          settled = true
          continue
        }
        const missing = missingGoes(plan, node, child)
        // What is past a first split may look at another field, which a row with a missing value would not come to.
        if (missing === undefined || (rest !== undefined && plan.missingValueStrategy === 'defaultChild')) takesMissing = false
        const at = columns.addSplit(test.split, test.negated !== (missing === 'in'))
        children[at] = [-1, -1]
        link(from, left, at)
        pending.push({ node: child, from: at, left: !test.negated })
        ;[from, left, rest] = [at, test.negated, test]
      }
      if (settled) continue
      const isLeaf = nodes.end[node] === node + 1
      const values = leafOf(isLeaf || plan.returnsLastPrediction ? node : NOWHERE)
      if (values === undefined) return undefined
      link(from, left, columns.addLeaf(values))
    }
    for (let at = first; at < columns.count; at++)
      if (children[at] !== undefined) columns.setChildren(at, children[at]![0], children[at]![1])
    return { takesMissing }
  }
}

/** Where a row goes for which a child's test is unknown: into the child, past it, or neither. */
function missingGoes({ missingValueStrategy, nodes }: TreePlan, parent: number, child: number): 'in' | 'past' | undefined {
  if (missingValueStrategy === 'none') return 'past'
  if (missingValueStrategy !== 'defaultChild') return undefined
  const chosen = nodes.defaultChild[parent]!
  if (chosen === child) return 'in'
  // Past this child there must be nothing but the chosen one.
  return chosen === nodes.end[child] && nodes.end[chosen] === nodes.end[parent] ? 'past' : undefined
}

/** Whether a row with a missing value that comes past all other children goes to this one. */
function takesDefault({ missingValueStrategy, nodes }: TreePlan, parent: number, child: number): boolean {
  return missingValueStrategy === 'defaultChild' && nodes.defaultChild[parent] !== -1 && nodes.end[child] === nodes.end[parent]
}

function isComplement(before: Test, test: Test): boolean {
  if (before.kind !== 'split' || test.kind !== 'split' || before.negated === test.negated) return false
  const [one, other] = [before.split, test.split]
  if (one.feature !== other.feature) return false
  if (one.kind === 'number') return other.kind === 'number' && one.threshold === other.threshold
  return other.kind === 'text' && one.codes.length === other.codes.length && one.codes.every((code, i) => code === other.codes[i])
}

function testOf(plan: TreePlan, node: number, { features, assembly }: { features: Features; assembly: Assembly }): Test | undefined {
  const { nodes } = plan
  const code = nodes.test[node]!
  if (code === NODE_TEST.true) return { kind: 'always' }
  if (code === NODE_TEST.false) return { kind: 'never' }
  if (code === NODE_TEST.other) {
    const predicate = nodes.predicates[nodes.subject[node]!]!
    if (predicate.kind !== 'SimpleSetPredicate') return undefined
    const { feature, operand } = features.of(predicate.field)
    if (familyOf(operand.type) !== 'text') return undefined
    const codes = predicate.values.map((value) => comparedLiteral(operand, value, assembly)).sort((a, b) => a - b)
    return { kind: 'split', split: { kind: 'text', feature, codes }, negated: !predicate.isIn }
  }
  const { feature, operand } = features.of(nodes.fields[nodes.subject[node]!]!)
  const operator = SIMPLE_OPERATORS[code]!
  const text = literalText(nodes, nodes.operand[node]!, nodes.operandText[node]!)
  if (familyOf(operand.type) === 'text') {
    if (operator !== 'equal' && operator !== 'notEqual') return undefined
    return {
      kind: 'split',
      split: { kind: 'text', feature, codes: [comparedLiteral(operand, text, assembly)] },
      negated: operator === 'notEqual',
    }
  }
  return numberTest(operator, feature, comparedLiteral(operand, text, assembly))
}

function numberTest(operator: SimpleOperator, feature: number, value: number): Test | undefined {
  const isStrict = operator === 'lessThan' || operator === 'greaterOrEqual'
  const isOrder = isStrict || operator === 'lessOrEqual' || operator === 'greaterThan'
  // Below -Infinity there is nothing to compare with.
  if (!isOrder || Number.isNaN(value) || (isStrict && value === -Infinity)) return undefined
  const threshold = isStrict ? nextBelow(value) : value
  return {
    kind: 'split',
    split: { kind: 'number', feature, threshold },
    negated: operator === 'greaterThan' || operator === 'greaterOrEqual',
  }
}
