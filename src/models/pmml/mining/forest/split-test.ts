import type { Assembly } from '../../assembly/assembly.ts'
import { comparedLiteral } from '../../assembly/convert.ts'
import { type Predicate, SIMPLE_OPERATORS, type SimpleOperator } from '../../predicates/predicate.ts'
import { literalText, NODE_TEST, type TreePlan } from '../../tree/tree-plan.ts'
import { familyOf } from '../../values/data-type.ts'
import { comparedOperand } from '../../tree/node-tests.ts'
import type { Features } from './features.ts'
import type { Split } from './forest-columns.ts'
import { nextBelow } from '../../values/next-below.ts'

/** A node's predicate as a split: where `negated`, the node is where the split does not hold. */
export type SplitTest =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | { readonly kind: 'split'; readonly split: Split; readonly negated: boolean }

/** Whether a test holds exactly where the one before does not, but for missing values. */
export function isComplement(before: SplitTest, test: SplitTest): boolean {
  if (before.kind !== 'split' || test.kind !== 'split' || before.negated === test.negated) return false
  const [one, other] = [before.split, test.split]
  if (one.feature !== other.feature) return false
  if (one.kind === 'number') return other.kind === 'number' && one.threshold === other.threshold
  return other.kind === 'set' && one.codes.length === other.codes.length && one.codes.every((code, i) => code === other.codes[i])
}

/** The predicate of a node as a split; undefined where it can't be one. */
export function splitTestOf(
  plan: TreePlan,
  node: number,
  { features, assembly }: { features: Features; assembly: Assembly },
): SplitTest | undefined {
  const { nodes } = plan
  const code = nodes.test[node]!
  if (code === NODE_TEST.true) return { kind: 'always' }
  if (code === NODE_TEST.false) return { kind: 'never' }
  if (code === NODE_TEST.other) {
    const predicate = nodes.predicates[nodes.subject[node]!]!
    if (predicate.kind !== 'SimpleSetPredicate') return factTest(features, predicate, false)
    const { feature, operand } = features.of(predicate.field)
    const codes = predicate.values.map((value) => comparedLiteral(operand, value, assembly)).sort((a, b) => a - b)
    if (familyOf(operand.type) === 'text' || features.takesCodes(operand.type, codes))
      return { kind: 'split', split: { kind: 'set', feature, codes }, negated: !predicate.isIn }
    return factTest(features, { ...predicate, isIn: true }, !predicate.isIn)
  }
  const field = nodes.fields[nodes.subject[node]!]!
  const operator = SIMPLE_OPERATORS[code]!
  if (operator === 'isMissing' || operator === 'isNotMissing')
    return factTest(features, { kind: 'SimplePredicate', field, operator: 'isMissing' }, operator === 'isNotMissing')
  const { feature, operand } = features.of(field)
  const isText = familyOf(operand.type) === 'text'
  if (operator !== 'equal' && operator !== 'notEqual' && !isText) {
    const test = numberTest(operator, feature, comparedOperand(nodes, node, operand, assembly))
    if (test !== undefined) return test
  }
  const value = literalText(nodes, nodes.operand[node]!, nodes.operandText[node]!)
  if (operator === 'equal' || operator === 'notEqual') {
    const codes = [comparedLiteral(operand, value, assembly)]
    if (isText || features.takesCodes(operand.type, codes))
      return { kind: 'split', split: { kind: 'set', feature, codes }, negated: operator === 'notEqual' }
  }
  if (operator === 'notEqual') return factTest(features, { kind: 'SimplePredicate', field, operator: 'equal', value }, true)
  return factTest(features, { kind: 'SimplePredicate', field, operator, value }, false)
}

/** A fact is 0 where it is true, so that it is a split at 0.5. */
function factTest(features: Features, predicate: Predicate, negated: boolean): SplitTest | undefined {
  const feature = features.fact(predicate)
  return feature === undefined ? undefined : { kind: 'split', split: { kind: 'number', feature, threshold: 0.5 }, negated }
}

function numberTest(operator: SimpleOperator, feature: number, value: number): SplitTest | undefined {
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
