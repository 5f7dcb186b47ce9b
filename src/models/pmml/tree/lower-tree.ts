import type { ModelHead } from '../model-plan.ts'
import { choice, real } from '../xml/attributes.ts'
import { type Element, requiredChild } from '../xml/element.ts'
import { nodesOf } from './node-reader.ts'
import { MISSING_VALUE_STRATEGIES, type TreePlan } from './tree-plan.ts'

export function lowerTree(element: Element, head: ModelHead): TreePlan {
  const strategy = choice(element, 'noTrueChildStrategy', {
    of: ['returnNullPrediction', 'returnLastPrediction'],
    fallback: 'returnNullPrediction',
  })
  const { nodes, embedded } = nodesOf(requiredChild(element, 'Node'))
  return {
    kind: 'TreeModel',
    head,
    missingValueStrategy: choice(element, 'missingValueStrategy', { of: MISSING_VALUE_STRATEGIES, fallback: 'none' }),
    missingValuePenalty: real(element, 'missingValuePenalty') ?? 1,
    returnsLastPrediction: strategy === 'returnLastPrediction',
    nodes,
    ...(embedded !== undefined && { embedded }),
  }
}
