import { comparisonMeasureIn, readCompared } from '../comparison/comparison-measure.ts'
import { tableRows } from '../expressions/inline-table.ts'
import type { ModelHead } from '../model-plan.ts'
import { choice, count, flag, real, requiredText, text } from '../xml/attributes.ts'
import { childrenOf, type Element, malformed, requiredChild } from '../xml/element.ts'
import { CATEGORICAL_SCORINGS, CONTINUOUS_SCORINGS, type NearestNeighborPlan } from './nearest-neighbor-plan.ts'

export function lowerNearestNeighbor(element: Element, head: ModelHead): NearestNeighborPlan {
  const training = requiredChild(element, 'TrainingInstances')
  const instanceFields = childrenOf(requiredChild(training, 'InstanceFields'), 'InstanceField')
  const names = instanceFields.map((field) => requiredText(field, 'field'))
  const columns = instanceFields.map((field, i) => text(field, 'column') ?? names[i]!)
  const instances = tableRows(training, columns)
  const neighbors = count(element, 'numberOfNeighbors')
  const idField = text(element, 'instanceIdVariable')
  if (neighbors === undefined || neighbors === 0) throw malformed(element, 'needs a numberOfNeighbors of 1 or more')
  if (instances.length === 0) throw malformed(training, 'has no rows')
  if (idField !== undefined && !names.includes(idField))
    throw malformed(element, `has instanceIdVariable="${idField}", which is not one of the instances' fields`)
  return {
    kind: 'NearestNeighborModel',
    head,
    neighbors: Math.min(neighbors, instances.length),
    continuousScoring: choice(element, 'continuousScoringMethod', { of: CONTINUOUS_SCORINGS, fallback: 'average' }),
    categoricalScoring: choice(element, 'categoricalScoringMethod', { of: CATEGORICAL_SCORINGS, fallback: 'majorityVote' }),
    threshold: real(element, 'threshold') ?? 0.001,
    measure: comparisonMeasureIn(element),
    inputs: childrenOf(requiredChild(element, 'KNNInputs'), 'KNNInput').map((input) => ({
      field: requiredText(input, 'field'),
      ...readCompared(input),
    })),
    instanceFields: names,
    instances,
    transformed: flag(training, 'isTransformed', false),
    ...(idField !== undefined && { idField }),
  }
}
