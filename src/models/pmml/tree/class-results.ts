import { type Classes, type ClassPrediction, largest } from '../assembly/prediction.ts'
import { literalText, type TreePlan } from './tree-plan.ts'

/** What the nodes of a classification tree give. */
export interface ClassResults {
  /** Writes the result of a node (-1: none), lessening confidences as often as `penalties` says. */
  // oxlint-disable-next-line max-params -- called for every row
  write(cells: Float64Array, at: number, node: number, penalties: number): void
}

/** What every node of a tree answers, in terms of some classes. */
export interface ClassTable {
  /** Per node: the predicted class; NaN where there is none. */
  readonly winners: Float64Array
  /** Per node and class. */
  readonly shares: Float64Array
}

export function classTable(plan: TreePlan, classes: Classes): ClassTable {
  const { nodes } = plan
  const size = classes.texts.length
  const winners = new Float64Array(nodes.count)
  const shares = new Float64Array(nodes.count * size)
  for (let node = 0; node < nodes.count; node++) {
    const own = shares.subarray(node * size, (node + 1) * size)
    const distributed = nodes.distribution[node + 1]! > nodes.distribution[node]!
    if (distributed) nodeShares(plan, node, classes, own)
    const score = nodes.scoreText[node]!
    if (score !== -2) winners[node] = classes.indexOf(literalText(nodes, nodes.score[node]!, score))
    else winners[node] = distributed ? largest(own, 0, size) : NaN
    // A score without a distribution is a certain answer.
    if (!distributed && score !== -2) own[winners[node]!] = 1
  }
  return { winners, shares }
}

/** A class's share of a node: its declared probability, else its share of the records (PMML 4.4.1, TreeModel, ScoreDistribution). */
// oxlint-disable-next-line max-params -- fills in place
export function nodeShares(plan: TreePlan, node: number, classes: Classes, into: Float64Array): void {
  const { nodes } = plan
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
  const { classes, winner, probabilities, confidences } = prediction
  const size = classes.texts.length
  const { winners, shares } = classTable(plan, classes)
  const certain = confidences === undefined ? undefined : confidenceTable(plan, classes, shares)
  return {
    write(cells, at, node, penalties) {
      cells[at + winner] = node < 0 ? NaN : winners[node]!
      for (let i = 0; i < size; i++) cells[at + probabilities + i] = node < 0 ? NaN : shares[node * size + i]!
      if (certain === undefined) return
      const factor = plan.missingValuePenalty ** penalties
      for (let i = 0; i < size; i++) cells[at + confidences! + i] = node < 0 ? NaN : certain[node * size + i]! * factor
    },
  }
}

/** Declared confidences, and shares where none is declared. */
function confidenceTable({ nodes }: TreePlan, classes: Classes, shares: Float64Array): Float64Array {
  const table = shares.slice()
  const size = classes.texts.length
  for (let node = 0; node < nodes.count; node++) {
    for (let i = nodes.distribution[node]!; i < nodes.distribution[node + 1]!; i++) {
      const confidence = nodes.distributionConfidence[i]!
      if (!Number.isNaN(confidence)) table[node * size + classes.indexOf(nodes.texts[nodes.distributionValue[i]!]!)] = confidence
    }
  }
  return table
}
