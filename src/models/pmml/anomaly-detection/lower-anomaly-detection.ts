import type { LowerModel, ModelHead } from '../model-plan.ts'
import { MODEL_ELEMENTS } from '../support.ts'
import { numbersIn } from '../xml/array.ts'
import { count, requiredChoice } from '../xml/attributes.ts'
import { child, type Element, malformed, requiredChild } from '../xml/element.ts'
import { ANOMALY_ALGORITHMS, type AnomalyDetectionPlan } from './anomaly-detection-plan.ts'

const EULER = 0.577_215_664_901_532_9

export function lowerAnomalyDetection(element: Element, head: ModelHead, lowerModel: LowerModel): AnomalyDetectionPlan {
  const algorithm = requiredChoice(element, 'algorithmType', ANOMALY_ALGORITHMS)
  const inner = element.children.find((candidate) => MODEL_ELEMENTS.has(candidate.name))
  if (inner === undefined) throw malformed(element, 'needs a model')
  const model = lowerModel(inner)
  if (algorithm === 'clusterMeanDist' && model.kind !== 'ClusteringModel')
    throw malformed(inner, 'is the model of a clusterMeanDist; it must be a <ClusteringModel>')
  const distances = child(element, 'MeanClusterDistances')
  const meanDistances = Float64Array.from(distances === undefined ? [] : numbersIn(requiredChild(distances, 'Array')))
  if (model.kind === 'ClusteringModel' && algorithm === 'clusterMeanDist' && meanDistances.length !== model.clusters.length)
    throw malformed(element, `has ${meanDistances.length} mean distances for ${model.clusters.length} clusters`)
  return {
    kind: 'AnomalyDetectionModel',
    head,
    algorithm,
    model,
    averagePath: algorithm === 'iforest' ? averagePath(element) : NaN,
    meanDistances,
  }
}

/** Of an unsuccessful search in a binary tree of n: 2 H(n - 1) - 2 (n - 1) / n, where H(i) is about ln(i) + Euler's constant. */
function averagePath(element: Element): number {
  const n = count(element, 'sampleDataSize')
  if (n === undefined || n < 2) throw malformed(element, 'needs a sampleDataSize of 2 or more for its isolation forest')
  return n === 2 ? 1 : 2 * (Math.log(n - 1) + EULER) - (2 * (n - 1)) / n
}
