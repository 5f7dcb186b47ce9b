import { type ClassPrediction, largest } from '../assembly/prediction.ts'
import { literalText, type TreePlan } from './tree-plan.ts'

/** What the nodes of a classification tree give. */
export interface ClassResults {
  /** Writes the result of a node (-1: none), lessening confidences as often as `penalties` says. */
  // oxlint-disable-next-line max-params -- called for every row
  write(cells: Float64Array, at: number, node: number, penalties: number): void
}

/** A class's share of a node: its declared probability, else its share of the records (PMML 4.4.1, TreeModel, ScoreDistribution). */
export function nodeProbabilities(plan: TreePlan, node: number, prediction: ClassPrediction, into: Float64Array): void {
  const { nodes } = plan
  const { classes } = prediction
  const [from, to] = [nodes.distribution[node]!, nodes.distribution[node + 1]!]
  into.fill(0)
  let total = 0
  for (let i = from; i < to; i++) total += nodes.distributionCount[i]!
  for (let i = from; i < to; i++) {
    const declared = nodes.distributionProbability[i]!
    const share = Number.isNaN(declared) ? nodes.distributionCount[i]! / total : declared
    into[classes.indexOf(nodes.texts[nodes.distributionValue[i]!]!)] = plan.head.singlePrecision ? Math.fround(share) : share
  }
}

export function classResults(plan: TreePlan, prediction: ClassPrediction): ClassResults {
  const { nodes, missingValuePenalty } = plan
  const { classes, winner, probabilities, confidences } = prediction
  const size = classes.texts.length
  const winners = new Float64Array(nodes.count)
  const shares = new Float64Array(nodes.count * size)
  const certain = confidences === undefined ? undefined : new Float64Array(nodes.count * size)
  for (let node = 0; node < nodes.count; node++) {
    const own = shares.subarray(node * size, (node + 1) * size)
    const [from, to] = [nodes.distribution[node]!, nodes.distribution[node + 1]!]
    if (to > from) nodeProbabilities(plan, node, prediction, own)
    certain?.set(own, node * size)
    for (let i = from; i < to && certain !== undefined; i++) {
      const confidence = nodes.distributionConfidence[i]!
      if (!Number.isNaN(confidence)) certain[node * size + classes.indexOf(nodes.texts[nodes.distributionValue[i]!]!)] = confidence
    }
    const score = nodes.scoreText[node]!
    winners[node] = score === -2 ? largest(own, 0, size) : classes.indexOf(literalText(nodes, nodes.score[node]!, score))
    // A score without a distribution is a certain answer.
    if (to === from && score !== -2) own[winners[node]!] = 1
  }
  return {
    write(cells, at, node, penalties) {
      cells[at + winner] = node < 0 ? NaN : winners[node]!
      for (let i = 0; i < size; i++) cells[at + probabilities + i] = node < 0 ? NaN : shares[node * size + i]!
      if (certain === undefined) return
      const factor = missingValuePenalty ** penalties
      for (let i = 0; i < size; i++) cells[at + confidences! + i] = node < 0 ? NaN : certain[node * size + i]! * factor
    },
  }
}
