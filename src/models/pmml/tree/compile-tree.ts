import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { createClasses, takeClassPrediction } from '../assembly/prediction.ts'
import { compileAggregation } from './aggregation.ts'
import { classResults } from './class-results.ts'
import { compileNodeTests } from './node-tests.ts'
import { literalText, type TreeNodes, type TreePlan } from './tree-plan.ts'
import { createWalk } from './walk.ts'

/** Puts a tree together: the walk to a node, and what that node gives. */
export function compileTree(plan: TreePlan, context: ModelContext): ModelBody {
  const { nodes } = plan
  const { assembly, scope, head } = context
  const tests = compileNodeTests(nodes, scope)
  const walk = createWalk(plan, tests)
  const entity = head.outputFields.some((field) => field.feature === 'entityId') ? assembly.takeResult() : undefined
  const ids = entity === undefined ? undefined : Float64Array.from(nodes.id, (id) => (id < 0 ? NaN : assembly.pool.code(nodes.texts[id]!)))
  if (head.functionName === 'regression') {
    const value = assembly.takeResult()
    const scores = regressionScores(nodes, head.singlePrecision)
    return {
      prediction: { kind: 'number', value, type: head.singlePrecision ? 'float' : 'double', ...(entity !== undefined && { entity }) },
      evaluator: {
        row: (cells, at) => {
          const node = walk.to(cells, at)
          cells[at + value] = node < 0 ? NaN : scores[node]!
          if (entity !== undefined) cells[at + entity] = node < 0 ? NaN : ids![node]!
        },
      },
    }
  }
  const classes = createClasses(context.target, classTexts(nodes), assembly)
  const prediction = {
    ...takeClassPrediction(classes, assembly),
    ...(head.outputFields.some((field) => field.feature === 'confidence') && { confidences: assembly.takeResult(classes.texts.length) }),
    ...(entity !== undefined && { entity }),
  }
  const results = classResults(plan, prediction)
  const aggregating = plan.missingValueStrategy === 'aggregateNodes' || plan.missingValueStrategy === 'weightedConfidence'
  const aggregate = aggregating ? compileAggregation(plan, tests, prediction) : undefined
  return {
    prediction,
    evaluator: {
      row: (cells, at) => {
        if (aggregate?.(cells, at) === true) return
        const node = walk.to(cells, at)
        results.write(cells, at, node, walk.penalties())
        if (entity !== undefined) cells[at + entity] = node < 0 ? NaN : ids![node]!
      },
    },
  }
}

function regressionScores(nodes: TreeNodes, singlePrecision: boolean): Float64Array {
  return singlePrecision ? nodes.score.map(Math.fround) : nodes.score
}

/** The classes that a tree mentions, in document order. */
export function* classTexts(nodes: TreeNodes): Generator<string> {
  for (let node = 0; node < nodes.count; node++) {
    for (let i = nodes.distribution[node]!; i < nodes.distribution[node + 1]!; i++) yield nodes.texts[nodes.distributionValue[i]!]!
    if (nodes.scoreText[node]! !== -2) yield literalText(nodes, nodes.score[node]!, nodes.scoreText[node]!)
  }
}
