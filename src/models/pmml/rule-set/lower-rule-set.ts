import type { ModelHead } from '../model-plan.ts'
import { predicateElementOf, readPredicate } from '../predicates/lower-predicate.ts'
import type { Predicate } from '../predicates/predicate.ts'
import { real, requiredChoice, requiredText, text } from '../xml/attributes.ts'
import { childrenOf, type Element, malformed, requiredChild } from '../xml/element.ts'
import { CRITERIA, type Rule, type RuleSetPlan } from './rule-set-plan.ts'

export function lowerRuleSet(element: Element, head: ModelHead): RuleSetPlan {
  const ruleSet = requiredChild(element, 'RuleSet')
  const [method] = childrenOf(ruleSet, 'RuleSelectionMethod')
  if (method === undefined) throw malformed(ruleSet, 'needs a <RuleSelectionMethod>')
  const rules: Rule[] = []
  collect(ruleSet, [], rules)
  const [score, confidence] = [text(ruleSet, 'defaultScore'), real(ruleSet, 'defaultConfidence')]
  return {
    kind: 'RuleSetModel',
    head,
    // Of several methods the first is the default one.
    criterion: requiredChoice(method, 'criterion', CRITERIA),
    rules,
    ...(score !== undefined && { defaultScore: score }),
    ...(confidence !== undefined && { defaultConfidence: confidence }),
  }
}

function collect(element: Element, around: readonly Predicate[], rules: Rule[]): void {
  for (const rule of element.children) {
    if (rule.name !== 'SimpleRule' && rule.name !== 'CompoundRule') continue
    const predicates = [...around, readPredicate(predicateElementOf(rule))]
    if (rule.name === 'CompoundRule') collect(rule, predicates, rules)
    else {
      rules.push({
        id: text(rule, 'id') ?? String(rules.length + 1),
        score: requiredText(rule, 'score'),
        weight: real(rule, 'weight') ?? 1,
        confidence: real(rule, 'confidence') ?? 1,
        predicates,
      })
    }
  }
}
