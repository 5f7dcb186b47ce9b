import { type NodeTests, runTest } from './node-tests.ts'
import type { TreePlan } from './tree-plan.ts'

/** Finds the node whose result is a row's result. */
export interface Walk {
  /** The node, or -1 where there is no result. */
  to(cells: Float64Array, at: number): number
  /** How many times the last walk followed a default child. */
  penalties(): number
}

/** How the walk goes on when a child's predicate is unknown (PMML 4.4.1, TreeModel, MISSING-VALUE-STRATEGY). */
const ON_UNKNOWN = {
  none: 'skip',
  aggregateNodes: 'skip',
  weightedConfidence: 'skip',
  lastPrediction: 'stay',
  nullPrediction: 'fail',
  defaultChild: 'default',
} as const satisfies Record<TreePlan['missingValueStrategy'], string>

export function createWalk(plan: TreePlan, tests: NodeTests): Walk {
  const { end, defaultChild, scoreText, distribution } = plan.nodes
  const onUnknown = ON_UNKNOWN[plan.missingValueStrategy]
  const { returnsLastPrediction } = plan
  let followed = 0
  const hasResult = (node: number): boolean => scoreText[node] !== -2 || distribution[node + 1]! > distribution[node]!
  const last = (node: number): number => (hasResult(node) ? node : -1)
  return {
    penalties: () => followed,
    to(cells, at) {
      followed = 0
      if (runTest(tests, 0, cells, at) !== 1) return -1
      let node = 0
      for (;;) {
        const stop = end[node]!
        let child = node + 1
        if (child === stop) return last(node)
        let next = -1
        for (; child < stop; child = end[child]!) {
          const result = runTest(tests, child, cells, at)
          if (result === 0) continue
          if (result === 1) {
            next = child
            break
          }
          if (onUnknown === 'skip') continue
          if (onUnknown === 'stay') return last(node)
          if (onUnknown === 'fail' || defaultChild[node]! < 0) return -1
          next = defaultChild[node]!
          followed++
          break
        }
        if (next < 0) return returnsLastPrediction ? last(node) : -1
        node = next
      }
    },
  }
}
