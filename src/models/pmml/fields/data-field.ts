import type { Interval } from '../expressions/expression.ts'
import { readInterval } from '../expressions/lower-expression.ts'
import { type DataType, DATA_TYPE_NAMES } from '../values/data-type.ts'
import { choice, requiredChoice, requiredText } from '../xml/attributes.ts'
import { childrenOf, type Element } from '../xml/element.ts'

export const OP_TYPES = ['continuous', 'categorical', 'ordinal'] as const
export type OpType = (typeof OP_TYPES)[number]

/** A field of the DataDictionary (PMML 4.4.1, DataDictionary), as plain data. */
export interface DataField {
  readonly name: string
  readonly opType: OpType
  readonly dataType: DataType
  /** Declared valid values, in order. Empty where every value is valid. */
  readonly values: readonly string[]
  /** What to show for a value, where that differs. */
  readonly displayValues: Readonly<Record<string, string>>
  readonly missingValues: readonly string[]
  readonly invalidValues: readonly string[]
  /** A value is valid in any of them; empty where every value is. */
  readonly intervals: readonly Interval[]
}

export function readDataField(element: Element): DataField {
  const declared = childrenOf(element, 'Value').map((value) => ({
    value: requiredText(value, 'value'),
    display: value.attributes['displayValue'],
    property: choice(value, 'property', { of: ['valid', 'invalid', 'missing'], fallback: 'valid' }),
  }))
  const having = (property: string): readonly string[] => declared.filter((one) => one.property === property).map((one) => one.value)
  const shown = declared.flatMap((one) => (one.display === undefined ? [] : [[one.value, one.display] as const]))
  return {
    name: requiredText(element, 'name'),
    opType: requiredChoice(element, 'optype', OP_TYPES),
    dataType: requiredChoice(element, 'dataType', DATA_TYPE_NAMES),
    values: having('valid'),
    displayValues: Object.fromEntries(shown),
    missingValues: having('missing'),
    invalidValues: having('invalid'),
    intervals: childrenOf(element, 'Interval').map(readInterval),
  }
}
