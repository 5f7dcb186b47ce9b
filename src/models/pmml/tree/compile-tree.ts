import type { Evaluator, ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { createClasses, takeClassPrediction } from '../assembly/prediction.ts'
import type { ModelHead } from '../model-plan.ts'
import { compileAggregation } from './aggregation.ts'
import { classResults } from './class-results.ts'
import { classTexts } from './class-texts.ts'
import { type NodeFinder, createNodeFinder } from './node-finder.ts'
import { compileModelTree } from './model-tree.ts'
import { compileNodeTests } from './node-tests.ts'
import { idText, type TreeNodes, type TreePlan } from './tree-plan.ts'
import { createWalk } from './walk.ts'

/** Puts a tree together: the walk to a node, and what that node gives. */
export function compileTree(plan: TreePlan, context: ModelContext): ModelBody {
  if (plan.embedded !== undefined) return compileModelTree(plan, plan.embedded, context)
  const { nodes } = plan
  const { assembly, scope, head } = context
  const tests = compileNodeTests(nodes, scope)
  const walk = createWalk(plan, tests)
  const finder = createNodeFinder(plan, tests, context)
  const entity =
    head.wantsEntity === true || head.outputFields.some((field) => field.feature === 'entityId') ? assembly.takeResult() : undefined
  const ids =
    entity === undefined ? undefined : Float64Array.from(nodes.id, (id) => (id === -1 ? NaN : assembly.pool.code(idText(nodes.texts, id)!)))
  if (head.functionName === 'regression') {
    const value = assembly.takeResult()
    const scores = regressionScores(nodes, head.singlePrecision)
    const write: WriteNode = (cells, at, node) => {
      cells[at + value] = node < 0 ? NaN : scores[node]!
      if (entity !== undefined) cells[at + entity] = node < 0 ? NaN : ids![node]!
    }
    return {
      prediction: { kind: 'number', value, type: head.singlePrecision ? 'float' : 'double', ...(entity !== undefined && { entity }) },
      evaluator: {
        ...inBlocks(finder, write),
        row: (cells, at) => write(cells, at, walk.to(cells, at)),
      },
    }
  }
  const classes = createClasses(context.target, [...classTexts(nodes), ...priorClasses(head)], assembly)
  const prediction = {
    ...takeClassPrediction(classes, assembly),
    ...(head.outputFields.some((field) => field.feature === 'confidence') && { confidences: assembly.takeResult(classes.texts.length) }),
    ...(entity !== undefined && { entity }),
  }
  const results = classResults(plan, prediction)
  const aggregating = plan.missingValueStrategy === 'aggregateNodes' || plan.missingValueStrategy === 'weightedConfidence'
  const aggregate = aggregating ? compileAggregation(plan, tests, prediction) : undefined
  const write: WriteNode = (cells, at, node) => {
    results.write(cells, at, node, 0)
    if (entity !== undefined) cells[at + entity] = node < 0 ? NaN : ids![node]!
  }
  return {
    prediction,
    evaluator: {
      ...inBlocks(finder, write),
      row: (cells, at) => {
        if (aggregate?.(cells, at) === true) return
        const node = walk.to(cells, at)
        results.write(cells, at, node, walk.penalties())
        if (entity !== undefined) cells[at + entity] = node < 0 ? NaN : ids![node]!
      },
    },
  }
}

/** Writes the result of a node, or that there is none for -1. */
type WriteNode = (cells: Float64Array, at: number, node: number) => void

function inBlocks(finder: NodeFinder | undefined, write: WriteNode): Pick<Evaluator, 'block'> {
  if (finder === undefined) return {}
  let found = new Float64Array(0)
  return {
    block: (cells, stride, rows) => {
      if (found.length < rows) found = new Float64Array(rows)
      finder(cells, stride, rows, found)
      for (let row = 0, at = 0; row < rows; row++, at += stride) {
        const node = found[row]!
        write(cells, at, node >= 0 ? node : -1)
      }
    },
  }
}

/** The classes that a missing result becomes. */
function priorClasses({ targets }: ModelHead): readonly string[] {
  return targets.flatMap((target) => target.priors.map((prior) => prior.value))
}

function regressionScores(nodes: TreeNodes, singlePrecision: boolean): Float64Array {
  return singlePrecision ? nodes.score.map(Math.fround) : nodes.score
}
