import { type ClassPrediction, largest } from '../assembly/prediction.ts'
import { nodeShares } from './class-results.ts'
import { type NodeTests, runTest } from './node-tests.ts'
import type { TreePlan } from './tree-plan.ts'

/**
 * The result over all branches that an unknown predicate leaves open (PMML 4.4.1, TreeModel, `aggregateNodes` and
 * `weightedConfidence`). Answers false, and writes nothing, where no predicate on the way is unknown.
 */
export function compileAggregation(
  plan: TreePlan,
  tests: NodeTests,
  prediction: ClassPrediction,
): (cells: Float64Array, at: number) => boolean {
  const { end, recordCount, distribution, distributionCount, distributionValue, texts } = plan.nodes
  const { classes, winner, probabilities, confidences } = prediction
  const size = classes.texts.length
  const weighted = plan.missingValueStrategy === 'weightedConfidence'
  const own = new Float64Array(size)
  const totals = new Float64Array(size)
  const open: number[] = []

  /** The node after the last one on the way whose predicate is known, with the open children of that one in `open`. */
  function branch(node: number, cells: Float64Array, at: number): number {
    for (;;) {
      open.length = 0
      let next = -1
      let unknown = false
      for (let child = node + 1; child < end[node]!; child = end[child]!) {
        const result = runTest(tests, child, cells, at)
        if (result === 0) continue
        if (result === 1 && !unknown) {
          next = child
          break
        }
        unknown = true
        open.push(child)
      }
      if (unknown || next < 0) return node
      node = next
    }
  }

  // oxlint-disable-next-line max-params -- recursive over nodes for one row
  function add(start: number, weight: number, cells: Float64Array, at: number): void {
    const node = branch(start, cells, at)
    const children = open.slice()
    if (children.length > 0) {
      const records = children.reduce((sum, child) => sum + recordCount[child]!, 0)
      for (const child of children) add(child, weighted ? weight * (recordCount[child]! / records) : 1, cells, at)
    } else if (weighted) {
      nodeShares(plan, node, classes, own)
      for (let i = 0; i < size; i++) totals[i]! += own[i]! * weight
    } else {
      for (let i = distribution[node]!; i < distribution[node + 1]!; i++) {
        totals[classes.indexOf(texts[distributionValue[i]!]!)]! += distributionCount[i]!
      }
    }
  }

  return (cells, at) => {
    if (runTest(tests, 0, cells, at) !== 1) return false
    branch(0, cells, at)
    if (open.length === 0) return false
    totals.fill(0)
    add(0, 1, cells, at)
    const sum = weighted ? 1 : totals.reduce((total, value) => total + value, 0)
    for (let i = 0; i < size; i++) {
      const share = totals[i]! / sum
      cells[at + probabilities + i] = share
      if (confidences !== undefined) cells[at + confidences + i] = share
    }
    cells[at + winner] = largest(cells, at + probabilities, size)
    return true
  }
}
