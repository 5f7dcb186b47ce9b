import { expressionIn } from '../expressions/lower-expression.ts'
import type { ModelHead } from '../model-plan.ts'
import { predicateElementOf, readPredicate } from '../predicates/lower-predicate.ts'
import { choice, flag, real, requiredReal, text } from '../xml/attributes.ts'
import { child, childrenOf, type Element, malformed, requiredChild } from '../xml/element.ts'
import type { Attribute, Characteristic, ScorecardPlan } from './scorecard-plan.ts'

export function lowerScorecard(element: Element, head: ModelHead): ScorecardPlan {
  const characteristics = childrenOf(requiredChild(element, 'Characteristics'), 'Characteristic')
  const baseline = real(element, 'baselineScore')
  const algorithm = choice(element, 'reasonCodeAlgorithm', { of: ['pointsAbove', 'pointsBelow'], fallback: 'pointsBelow' })
  return {
    kind: 'Scorecard',
    head,
    initialScore: real(element, 'initialScore') ?? 0,
    usesReasonCodes: flag(element, 'useReasonCodes', true),
    pointsAbove: algorithm === 'pointsAbove',
    characteristics: characteristics.map((characteristic) => readCharacteristic(characteristic, baseline)),
  }
}

function readCharacteristic(element: Element, fallback: number | undefined): Characteristic {
  const baseline = real(element, 'baselineScore') ?? fallback
  const reason = text(element, 'reasonCode')
  return {
    attributes: childrenOf(element, 'Attribute').map((attribute) => readAttribute(attribute, reason)),
    ...(baseline !== undefined && { baseline }),
  }
}

function readAttribute(element: Element, reason: string | undefined): Attribute {
  const complex = child(element, 'ComplexPartialScore')
  if (complex === undefined && text(element, 'partialScore') === undefined) throw malformed(element, 'needs a partialScore')
  const reasonCode = text(element, 'reasonCode') ?? reason
  return {
    predicate: readPredicate(predicateElementOf(element)),
    score: complex === undefined ? requiredReal(element, 'partialScore') : expressionIn(complex),
    ...(reasonCode !== undefined && { reasonCode }),
  }
}
