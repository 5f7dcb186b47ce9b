import type { ModelBody, ModelContext, ResultFeatures } from '../assembly/model-compiler.ts'
import type { Evaluate, Operand } from '../assembly/operand.ts'
import type { OutputField } from '../fields/output-field.ts'
import type { AssociationPlan } from './association-plan.ts'
import { byRank, firedRules } from './fired-rules.ts'
import { itemReader } from './item-reader.ts'

const MOST_REMEMBERED = 10_000

/**
 * Puts an AssociationModel together. Its result is the list of the ids of the rules that apply, as a JSON array; what of which rule is
 * wanted is said by outputs.
 */
export function compileAssociation(plan: AssociationPlan, context: ModelContext): ModelBody {
  const { assembly } = context
  const { pool } = assembly
  const read = itemReader(plan, context)
  const [basket, value] = [assembly.takeResult(), assembly.takeResult()]
  const fired = firedRules(plan)
  const ids = (rules: readonly number[]): string => JSON.stringify(rules.map((rule) => plan.rules[rule]!.id))
  const results = assembly.memo()
  return {
    prediction: { kind: 'text', value },
    features: features(plan, context, (cells, at) => cells[at + basket]!),
    evaluator: {
      row: (cells, at) => {
        const code = read.code(cells, at)
        cells[at + basket] = code
        let result = Number.isNaN(code) ? NaN : results.get(code)
        if (result === undefined) {
          result = pool.code(ids(fired(read.items(code), 'recommendation')))
          if (results.size >= MOST_REMEMBERED) results.clear()
          results.set(code, result)
        }
        cells[at + value] = result
      },
    },
  }
}

function features(plan: AssociationPlan, context: ModelContext, basket: Evaluate): ResultFeatures {
  const of = (feature: OutputField['rule']['feature']) => (field: OutputField) => ruleOutput(plan, context, { field, feature, basket })
  return {
    entityId: of('ruleId'),
    ruleId: of('ruleId'),
    antecedent: of('antecedent'),
    consequent: of('consequent'),
    rule: of('rule'),
    confidence: of('confidence'),
    support: of('support'),
    lift: of('lift'),
    leverage: of('leverage'),
    affinity: of('affinity'),
    ruleValue: (field) => of(field.rule.feature)(field),
  }
}

/** The wanted feature of the rule of a rank, or of all rules as a JSON array. */
function ruleOutput(
  plan: AssociationPlan,
  context: ModelContext,
  { field, feature, basket }: { field: OutputField; feature: OutputField['rule']['feature']; basket: Evaluate },
): Operand {
  const { pool } = context.assembly
  const fired = firedRules(plan)
  const read = itemReader(plan, context)
  const order = byRank(plan.rules, field.rule)
  const values = plan.rules.map((_, rule) => featureOf(plan, rule, feature))
  const known = context.assembly.memo()
  const isNumber = typeof values[0] === 'number' && field.rank > 0
  const cell = (value: unknown): number =>
    value === undefined ? NaN : isNumber ? (value as number) : pool.code(typeof value === 'string' ? value : JSON.stringify(value))
  return {
    type: isNumber ? 'double' : 'string',
    run: (cells, at) => {
      const code = basket(cells, at)
      if (Number.isNaN(code)) return NaN
      let result = known.get(code)
      if (result === undefined) {
        const rules = fired(read.items(code), field.rule.algorithm).toSorted(order)
        result = cell(
          field.rank === 0
            ? rules.map((rule) => values[rule])
            : rules[field.rank - 1] === undefined
              ? undefined
              : values[rules[field.rank - 1]!],
        )
        if (known.size >= MOST_REMEMBERED) known.clear()
        known.set(code, result)
      }
      return result
    },
  }
}

function featureOf(plan: AssociationPlan, index: number, feature: OutputField['rule']['feature']): string | number | readonly string[] {
  const rule = plan.rules[index]!
  const texts = (items: readonly number[]): readonly string[] => items.map((item) => plan.items[item]!.value)
  switch (feature) {
    case 'antecedent':
      return texts(rule.antecedent)
    case 'consequent':
      return texts(rule.consequent)
    case 'rule':
      return `{${texts(rule.antecedent).join(',')}}->{${texts(rule.consequent).join(',')}}`
    case 'ruleId':
      return rule.id
    case 'confidence':
    case 'support':
    case 'lift':
    case 'leverage':
    case 'affinity':
      return rule[feature]
  }
}
