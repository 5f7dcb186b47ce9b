import type { Expression } from '../expressions/expression.ts'
import { expressionsIn, readExpression } from '../expressions/lower-expression.ts'
import { type DataType, DATA_TYPE_NAMES } from '../values/data-type.ts'
import { choice, count, flag, requiredText, text } from '../xml/attributes.ts'
import { child, childrenOf, type Element } from '../xml/element.ts'

/** The result features (PMML 4.4.1, Output, RESULT-FEATURE) that are computed; others are refused. */
export const RESULT_FEATURES = [
  'predictedValue',
  'predictedDisplayValue',
  'transformedValue',
  'decision',
  'probability',
  'confidence',
  'residual',
  'standardError',
  'standardDeviation',
  'entityId',
  'clusterId',
  'affinity',
  'entityAffinity',
  'clusterAffinity',
  'reasonCode',
  'ruleValue',
  'antecedent',
  'consequent',
  'rule',
  'ruleId',
  'support',
  'lift',
  'leverage',
] as const
export type ResultFeature = (typeof RESULT_FEATURES)[number]

/** A named result of a model (PMML 4.4.1, Output), as plain data. */
export interface OutputField {
  readonly name: string
  readonly feature: ResultFeature
  readonly dataType?: DataType
  /** The class whose probability or confidence it is; the predicted one where absent. */
  readonly value?: string
  readonly targetField?: string
  readonly segmentId?: string
  /** Where false, it only serves other outputs. */
  readonly final: boolean
  readonly expression?: Expression
  /** Which of several entities it tells of, the best being 1. 0 stands for all of them. */
  readonly rank: number
  readonly rule: RuleSelection
}

export const RULE_ALGORITHMS = ['recommendation', 'exclusiveRecommendation', 'ruleAssociation'] as const
export const RANK_BASES = ['confidence', 'support', 'lift', 'leverage', 'affinity'] as const

/** Which rules an output tells of, and what of them (PMML 4.4.1, Output). */
export interface RuleSelection {
  readonly algorithm: (typeof RULE_ALGORITHMS)[number]
  readonly basis: (typeof RANK_BASES)[number]
  readonly descending: boolean
  readonly feature: (typeof RULE_FEATURES)[number]
}

export const RULE_FEATURES = [
  'antecedent',
  'consequent',
  'rule',
  'ruleId',
  'confidence',
  'support',
  'lift',
  'leverage',
  'affinity',
] as const

export function outputFieldsIn(element: Element): readonly OutputField[] {
  const output = child(element, 'Output')
  return output === undefined ? [] : childrenOf(output, 'OutputField').map(readOutputField)
}

function readOutputField(element: Element): OutputField {
  const feature = choice(element, 'feature', { of: RESULT_FEATURES, fallback: 'predictedValue' })
  const dataType = choice(element, 'dataType', { of: DATA_TYPE_NAMES, fallback: undefined })
  const [value, targetField, segmentId] = [text(element, 'value'), text(element, 'targetField'), text(element, 'segmentId')]
  const computed = feature === 'transformedValue' || feature === 'decision' ? expressionsIn(element)[0] : undefined
  return {
    name: requiredText(element, 'name'),
    feature,
    final: flag(element, 'isFinalResult', true),
    rank: flag(element, 'isMultiValued', false) && text(element, 'rank') === undefined ? 0 : (count(element, 'rank') ?? 1),
    rule: {
      algorithm: choice(element, 'algorithm', { of: RULE_ALGORITHMS, fallback: 'exclusiveRecommendation' }),
      basis: choice(element, 'rankBasis', { of: RANK_BASES, fallback: 'confidence' }),
      descending: choice(element, 'rankOrder', { of: ['descending', 'ascending'], fallback: 'descending' }) === 'descending',
      feature: choice(element, 'ruleFeature', { of: RULE_FEATURES, fallback: 'consequent' }),
    },
    ...(dataType !== undefined && { dataType }),
    ...(value !== undefined && { value }),
    ...(targetField !== undefined && { targetField }),
    ...(segmentId !== undefined && { segmentId }),
    ...(computed !== undefined && { expression: readExpression(computed) }),
  }
}
