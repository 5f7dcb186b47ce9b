import type { LowerModel, ModelHead } from '../model-plan.ts'
import { predicateElementOf, readPredicate } from '../predicates/lower-predicate.ts'
import { MODEL_ELEMENTS } from '../support.ts'
import { choice, real, requiredChoice, text } from '../xml/attributes.ts'
import { child, childrenOf, type Element, malformed, requiredChild, unsupported } from '../xml/element.ts'
import { type MiningPlan, MISSING_PREDICTION_TREATMENTS, MULTIPLE_MODEL_METHODS, type SegmentPlan } from './mining-plan.ts'

export function lowerMining(element: Element, head: ModelHead, lowerModel: LowerModel): MiningPlan {
  const embedded = element.children.find((candidate) => candidate.name === 'Regression' || candidate.name === 'DecisionTree')
  if (embedded !== undefined) throw unsupported(embedded, `<${embedded.name}> inside of <MiningModel>`)
  const segmentation = requiredChild(element, 'Segmentation')
  const segments = childrenOf(segmentation, 'Segment')
  if (segments.length === 0) throw malformed(segmentation, 'has no segments')
  return {
    kind: 'MiningModel',
    head,
    method: requiredChoice(segmentation, 'multipleModelMethod', MULTIPLE_MODEL_METHODS),
    missingPrediction: missingPredictionOf(segmentation),
    missingThreshold: real(segmentation, 'missingThreshold') ?? real(segmentation, 'x-missingThreshold') ?? 1,
    segments: segments.map((segment, i) => lowerSegment(segment, i + 1, lowerModel)),
  }
}

function missingPredictionOf(segmentation: Element): MiningPlan['missingPrediction'] {
  const options = { of: MISSING_PREDICTION_TREATMENTS, fallback: undefined } as const
  return (
    choice(segmentation, 'missingPredictionTreatment', options) ??
    choice(segmentation, 'x-missingPredictionTreatment', options) ??
    'continue'
  )
}

function lowerSegment(element: Element, position: number, lowerModel: LowerModel): SegmentPlan {
  const weighted = child(element, 'VariableWeight')
  if (weighted !== undefined) throw unsupported(weighted)
  const model = element.children.find((candidate) => MODEL_ELEMENTS.has(candidate.name))
  if (model === undefined) throw malformed(element, 'needs a model')
  const id = text(element, 'id')
  return {
    position,
    weight: real(element, 'weight') ?? 1,
    predicate: readPredicate(predicateElementOf(element)),
    model: lowerModel(model),
    ...(id !== undefined && { id }),
  }
}
