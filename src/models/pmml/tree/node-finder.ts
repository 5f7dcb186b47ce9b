import type { ModelContext } from '../assembly/model-compiler.ts'
import { runSteps } from '../assembly/model-compiler.ts'
import { createCarefulWalk } from '../mining/forest/careful-walk.ts'
import { Features } from '../mining/forest/features.ts'
import { finishForest } from '../mining/forest/forest-builder.ts'
import { ForestColumns } from '../mining/forest/forest-columns.ts'
import { createScorer } from '../mining/forest/scorer.ts'
import { flattenTree } from '../mining/forest/tree-flattener.ts'
import { generateFinder } from './generate-finder.ts'
import type { NodeTests } from './node-tests.ts'
import type { TreePlan } from './tree-plan.ts'

/** Finds, row by row, the node whose result is the row's: its index in `into`, or NaN where there is none. */
export type NodeFinder = (cells: Float64Array, stride: number, rows: number, into: Float64Array) => void

/** The quickest finder for the tree's size: a program, or the tree as a forest; undefined where there is none. */
export function createNodeFinder(plan: TreePlan, tests: NodeTests, context: ModelContext): NodeFinder | undefined {
  // Penalties depend on the way to a node.
  if (plan.missingValuePenalty !== 1 && context.head.outputFields.some((field) => field.feature === 'confidence')) return undefined
  return generateFinder(plan, tests) ?? createForestFinder(plan, context)
}

/** The tree as a forest of one, whose leaves say which node they are; undefined where it can't be brought to that form. */
export function createForestFinder(plan: TreePlan, { scope, assembly, head }: ModelContext): NodeFinder | undefined {
  const { scoreText, distribution, count } = plan.nodes
  const features = new Features(scope)
  const columns = new ForestColumns(count)
  const hasResult = (node: number): boolean => scoreText[node] !== -2 || distribution[node + 1]! > distribution[node]!
  const leafOf = (node: number): Float64Array | undefined => (hasResult(node) ? Float64Array.of(node) : undefined)
  // The scope has the tree's own fields.
  const bare = { ...plan, head: { ...head, derivedFields: [] } }
  if (!flattenTree(bare, leafOf, { features, columns, assembly, noResult: Float64Array.of(NaN) })) return undefined
  const built = finishForest(features, columns, 1)
  const scorer = createScorer(built.options, features, assembly)
  if (scorer === undefined) return undefined
  const { forest, steps, takesUnknown } = scorer
  const careful = createCarefulWalk(built.options, built.finished, Float64Array.of(1))
  const takesAll = built.takesMissing && takesUnknown
  const node = new Float64Array(1)
  return (cells, stride, rows, into) => {
    if (steps.length > 0) runSteps(steps, cells, stride, rows)
    forest.score(cells, stride, rows, into)
    if (takesAll) return
    for (let row = 0, at = 0; row < rows; row++, at += stride) {
      if (!built.isSpecial(cells, at, !takesUnknown)) continue
      careful.score(cells, at, node)
      into[row] = careful.missing > 0 ? NaN : node[0]!
    }
  }
}
