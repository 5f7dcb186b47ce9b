import type { Expression } from '../expressions/expression.ts'
import { expressionsIn, readExpression } from '../expressions/lower-expression.ts'
import { type DataType, DATA_TYPE_NAMES } from '../values/data-type.ts'
import { choice, flag, requiredText, text } from '../xml/attributes.ts'
import { child, childrenOf, type Element } from '../xml/element.ts'

/** The result features (PMML 4.4.1, Output, RESULT-FEATURE) that are computed; others are refused. */
export const RESULT_FEATURES = [
  'predictedValue',
  'predictedDisplayValue',
  'transformedValue',
  'decision',
  'probability',
  'confidence',
  'entityId',
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
}

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
    ...(dataType !== undefined && { dataType }),
    ...(value !== undefined && { value }),
    ...(targetField !== undefined && { targetField }),
    ...(segmentId !== undefined && { segmentId }),
    ...(computed !== undefined && { expression: readExpression(computed) }),
  }
}
