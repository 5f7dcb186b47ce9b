import {
  INVALID_VALUE_TREATMENTS,
  type InvalidValueTreatment,
  OUTLIER_TREATMENTS,
  type OutlierTreatment,
} from '../expressions/expression.ts'
import { choice, real, requiredText, text } from '../xml/attributes.ts'
import { child, childrenOf, type Element } from '../xml/element.ts'
import { type OpType, OP_TYPES } from './data-field.ts'

const USAGES = ['active', 'predicted', 'target', 'supplementary', 'group', 'order', 'frequencyWeight', 'analysisWeight'] as const

const MISSING_VALUE_TREATMENTS = ['asIs', 'asMean', 'asMode', 'asMedian', 'asValue', 'returnInvalid'] as const

/** How a model takes a field (PMML 4.4.1, MiningSchema), as plain data. */
export interface MiningField {
  readonly name: string
  readonly usage: 'active' | 'target' | 'other'
  readonly opType?: OpType
  readonly outliers: OutlierTreatment
  readonly low: number
  readonly high: number
  readonly missingValueReplacement?: string
  /** Where true, a missing value makes the whole result invalid. */
  readonly rejectsMissing: boolean
  /** Absent where the document does not say; it then is `returnInvalid`. */
  readonly invalidValueTreatment?: InvalidValueTreatment
  readonly invalidValueReplacement?: string
}

export function miningFieldsIn(element: Element): readonly MiningField[] {
  const schema = child(element, 'MiningSchema')
  return schema === undefined ? [] : childrenOf(schema, 'MiningField').map(readMiningField)
}

function readMiningField(element: Element): MiningField {
  const usage = choice(element, 'usageType', { of: USAGES, fallback: 'active' })
  const opType = choice(element, 'optype', { of: OP_TYPES, fallback: undefined })
  const replacement = text(element, 'missingValueReplacement')
  const invalid = choice(element, 'invalidValueTreatment', { of: INVALID_VALUE_TREATMENTS, fallback: undefined })
  const invalidReplacement = text(element, 'invalidValueReplacement')
  return {
    name: requiredText(element, 'name'),
    usage: usage === 'active' ? 'active' : usage === 'target' || usage === 'predicted' ? 'target' : 'other',
    outliers: choice(element, 'outliers', { of: OUTLIER_TREATMENTS, fallback: 'asIs' }),
    low: real(element, 'lowValue') ?? -Infinity,
    high: real(element, 'highValue') ?? Infinity,
    rejectsMissing: choice(element, 'missingValueTreatment', { of: MISSING_VALUE_TREATMENTS, fallback: 'asIs' }) === 'returnInvalid',
    ...(opType !== undefined && { opType }),
    ...(replacement !== undefined && { missingValueReplacement: replacement }),
    ...(invalid !== undefined && { invalidValueTreatment: invalid }),
    ...(invalidReplacement !== undefined && { invalidValueReplacement: invalidReplacement }),
  }
}
