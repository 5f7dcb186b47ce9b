import type { RuleSelection } from '../fields/output-field.ts'
import type { AssociationPlan, AssociationRule } from './association-plan.ts'

type Algorithm = RuleSelection['algorithm']

/** Which rules apply to a set of items, by index; in the document's order. */
export type FiredRules = (items: ReadonlySet<number>, algorithm: Algorithm) => readonly number[]

/** Whether a rule counts whose antecedent is among the items, by whether its consequent is too (PMML 4.4.1, Output, algorithm). */
const COUNTS: Readonly<Record<Algorithm, (consequentThere: boolean) => boolean>> = {
  recommendation: () => true,
  exclusiveRecommendation: (there) => !there,
  ruleAssociation: (there) => there,
}

export function firedRules({ rules }: AssociationPlan): FiredRules {
  const isWithin = (set: readonly number[], items: ReadonlySet<number>): boolean => set.every((item) => items.has(item))
  return (items, algorithm) =>
    rules.flatMap((rule, i) => (isWithin(rule.antecedent, items) && COUNTS[algorithm](isWithin(rule.consequent, items)) ? [i] : []))
}

/** The order of rules by what they are ranked by; equals stay in the document's order. */
export function byRank(rules: readonly AssociationRule[], { basis, descending }: RuleSelection): (a: number, b: number) => number {
  const sign = descending ? -1 : 1
  return (a, b) => sign * (rules[a]![basis] - rules[b]![basis]) || a - b
}
