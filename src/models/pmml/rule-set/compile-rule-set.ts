import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { cellOperand } from '../assembly/operand.ts'
import { createClasses, takeClassPrediction } from '../assembly/prediction.ts'
import { compilePredicate, type Test } from '../predicates/compile-predicate.ts'
import type { Criterion, RuleSetPlan } from './rule-set-plan.ts'

/** Which rule's score is the result, and how sure it is. */
interface Choice {
  /** -1 where no rule holds. */
  rule: number
  confidence: number
}

/** What the criteria need of the rules, by rule. */
interface Rules {
  readonly holds: (rule: number, cells: Float64Array, at: number) => boolean
  readonly count: number
  readonly classes: Int32Array
  readonly weights: Float64Array
  readonly confidences: Float64Array
}

type Choose = (choice: Choice, cells: Float64Array, at: number) => void

/** The rule selection methods (PMML 4.4.1, RuleSet, RuleSelectionMethod). */
const METHODS: Readonly<Record<Criterion, (rules: Rules, classes: number) => Choose>> = {
  firstHit:
    ({ holds, count, confidences }) =>
    (choice, cells, at) => {
      for (let i = 0; i < count; i++) {
        if (!holds(i, cells, at)) continue
        choice.rule = i
        choice.confidence = confidences[i]!
        return
      }
    },
  weightedMax:
    ({ holds, count, weights, confidences }) =>
    (choice, cells, at) => {
      for (let i = 0; i < count; i++) {
        if ((choice.rule >= 0 && weights[i]! <= weights[choice.rule]!) || !holds(i, cells, at)) continue
        choice.rule = i
        choice.confidence = confidences[i]!
      }
    },
  weightedSum: ({ holds, count, classes, weights }, size) => {
    const sums = new Float64Array(size)
    const firsts = new Int32Array(size)
    return (choice, cells, at) => {
      sums.fill(0)
      firsts.fill(-1)
      let fired = 0
      for (let i = 0; i < count; i++) {
        if (!holds(i, cells, at)) continue
        fired++
        sums[classes[i]!]! += weights[i]!
        if (firsts[classes[i]!]! < 0) firsts[classes[i]!] = i
      }
      for (let c = 0; c < size; c++) {
        if (firsts[c]! < 0) continue
        const ahead = choice.rule >= 0 ? sums[c]! - sums[classes[choice.rule]!]! : 1
        // Of classes with the same sum, the one whose rule comes first.
        if (ahead > 0 || (ahead === 0 && firsts[c]! < choice.rule)) choice.rule = firsts[c]!
      }
      if (choice.rule >= 0) choice.confidence = sums[classes[choice.rule]!]! / fired
    }
  },
}

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
  }
  const choose = METHODS[plan.criterion](rules, size)
  const ids = Float64Array.from(plan.rules, (rule) => assembly.pool.code(rule.id))
  const fallback = plan.defaultScore === undefined ? NaN : classes.indexOf(plan.defaultScore)
  const defaultConfidence = plan.defaultConfidence ?? NaN
  const choice: Choice = { rule: -1, confidence: NaN }
  return {
    prediction,
    features: { entityId: () => cellOperand('string', entity) },
    evaluator: {
      row: (cells, at) => {
        choice.rule = -1
        choice.confidence = defaultConfidence
        choose(choice, cells, at)
        const best = choice.rule < 0 ? fallback : rules.classes[choice.rule]!
        cells[at + winner] = best
        cells[at + entity] = choice.rule < 0 ? NaN : ids[choice.rule]!
        for (let c = 0; c < size; c++) {
          cells[at + probabilities + c] = c === best ? 1 : 0
          cells[at + confidences + c] = c === best ? choice.confidence : 0
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
