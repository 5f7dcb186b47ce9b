import { tableRows } from '../expressions/inline-table.ts'
import { real, requiredText, text } from '../xml/attributes.ts'
import { child, childrenOf, type Element, requiredChild } from '../xml/element.ts'
import type { VerificationPlan } from './verification-plan.ts'

const MOST_ROWS = 1000

/** The verification of a model element, where it has one. */
export function verificationIn(element: Element): VerificationPlan | undefined {
  const verification = child(element, 'ModelVerification')
  if (verification === undefined) return undefined
  const fields = childrenOf(requiredChild(verification, 'VerificationFields'), 'VerificationField')
  const columns = fields.map((field) => text(field, 'column') ?? requiredText(field, 'field'))
  return {
    fields: fields.map((field) => ({
      name: requiredText(field, 'field'),
      precision: real(field, 'precision') ?? 1e-6,
      zeroThreshold: real(field, 'zeroThreshold') ?? 1e-16,
    })),
    rows: tableRows(verification, columns).slice(0, MOST_ROWS),
  }
}
