import type { Classes, ClassPrediction, NumberPrediction } from '../../assembly/prediction.ts'
import { classTable } from '../../tree/class-results.ts'
import type { TreePlan } from '../../tree/tree-plan.ts'
import type { MiningPlan } from '../mining-plan.ts'

/** The values that a node adds to the sums; undefined where the node has no result. */
export type LeafOf = (node: number) => Float64Array | undefined

export function isVote({ method }: MiningPlan): boolean {
  return method === 'majorityVote' || method === 'weightedMajorityVote'
}

/** What the nodes of each tree add: their score, their shares of the classes, or a vote. */
export function leavesOf(plan: MiningPlan, prediction: NumberPrediction | ClassPrediction): (tree: TreePlan) => LeafOf {
  if (prediction.kind === 'number') {
    return ({ nodes, head }) => {
      const scores = head.singlePrecision ? nodes.score.map(Math.fround) : nodes.score
      return (node) => (nodes.scoreText[node] === -2 ? undefined : scores.subarray(node, node + 1))
    }
  }
  return (tree) => classLeaves(tree, prediction.classes, isVote(plan))
}

function classLeaves(tree: TreePlan, classes: Classes, votes: boolean): LeafOf {
  const { winners, shares } = classTable(tree, classes)
  const size = classes.texts.length
  return (node) => {
    const winner = winners[node]!
    if (Number.isNaN(winner)) return undefined
    if (!votes) return shares.subarray(node * size, (node + 1) * size)
    const vote = new Float64Array(size)
    vote[winner] = 1
    return vote
  }
}
