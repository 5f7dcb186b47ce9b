import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { cellOperand } from '../assembly/operand.ts'
import { createClasses, takeClassPrediction } from '../assembly/prediction.ts'
import { compilePredicate, type Test } from '../predicates/compile-predicate.ts'
import { JUDGES, type Rules, type Verdict } from './rule-selection.ts'
import type { RuleSetPlan } from './rule-set-plan.ts'

/** Puts a RuleSetModel together. Where no rule holds the default score is the result, where there is one. */
export function compileRuleSet(plan: RuleSetPlan, context: ModelContext): ModelBody {
  const { assembly, scope, target } = context
  const scores = plan.rules.map((rule) => rule.score)
  const classes = createClasses(target, plan.defaultScore === undefined ? scores : [...scores, plan.defaultScore], assembly)
  const size = classes.texts.length
  const confidences = assembly.takeResult(size)
  const prediction = { ...takeClassPrediction(classes, assembly), confidences, withoutProbabilities: true } as const
  const entity = assembly.takeResult()
  const { winner, probabilities } = prediction
  const tests = plan.rules.map((rule) => allOf(rule.predicates.map((predicate) => compilePredicate(predicate, scope))))
  const rules: Rules = {
    count: plan.rules.length,
    holds: (rule, cells, at) => tests[rule]!(cells, at) === 1,
    classes: Int32Array.from(scores, (score) => classes.indexOf(score)),
    weights: Float64Array.from(plan.rules, (rule) => rule.weight),
    confidences: Float64Array.from(plan.rules, (rule) => rule.confidence),
    all: context.head.outputFields.some((field) => field.feature === 'confidence' && field.value !== undefined),
  }
  const judge = JUDGES[plan.criterion](rules, size)
  const ids = Float64Array.from(plan.rules, (rule) => assembly.pool.code(rule.id))
  const fallback = plan.defaultScore === undefined ? NaN : classes.indexOf(plan.defaultScore)
  const defaultConfidence = plan.defaultConfidence ?? NaN
  const verdict: Verdict = { winner: -1, confidences: new Float64Array(size) }
  return {
    prediction,
    features: { entityId: () => cellOperand('string', entity) },
    evaluator: {
      row: (cells, at) => {
        verdict.winner = -1
        verdict.confidences.fill(0)
        judge(verdict, cells, at)
        const best = verdict.winner < 0 ? fallback : rules.classes[verdict.winner]!
        if (verdict.winner < 0 && best >= 0) verdict.confidences[best] = defaultConfidence
        cells[at + winner] = best
        cells[at + entity] = verdict.winner < 0 ? NaN : ids[verdict.winner]!
        for (let c = 0; c < size; c++) {
          cells[at + probabilities + c] = c === best ? 1 : 0
          cells[at + confidences + c] = verdict.confidences[c]!
        }
      },
    },
  }
}

function allOf(tests: readonly Test[]): Test {
  if (tests.length === 1) return tests[0]!
  return (cells, at) => {
    for (let i = 0; i < tests.length; i++) if (tests[i]!(cells, at) !== 1) return 0
    return 1
  }
}
