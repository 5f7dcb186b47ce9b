import { SluiceError } from '../../../core/errors.ts'
import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { mergedResult } from '../mining/merged-result.ts'
import { compileNodeTests } from './node-tests.ts'
import type { EmbeddedModels, TreePlan } from './tree-plan.ts'
import { createWalk } from './walk.ts'

/** A tree whose nodes have models that compute their results; a node of a tree for a number may have a score instead. */
export function compileModelTree(plan: TreePlan, embedded: EmbeddedModels, context: ModelContext): ModelBody {
  const { nodes } = plan
  const { scope, head } = context
  const walk = createWalk(plan, compileNodeTests(nodes, scope))
  const models = embedded.models.map((model) => context.compileModel(model, scope))
  const merged = mergedResult(
    head,
    context,
    models.map((model) => model.prediction),
  )
  const { prediction } = merged
  const scored = nodes.scoreText.some((text, node) => text !== -2 && embedded.of[node]! < 0 && nodes.end[node] === node + 1)
  if (prediction.kind !== 'number' && scored)
    throw new SluiceError(
      'model.unsupported',
      'a classification tree with models in some of its leaves and scores in others is not supported',
    )
  return {
    prediction,
    evaluator: {
      row: (cells, at) => {
        const node = walk.to(cells, at)
        const index = node < 0 ? -1 : embedded.of[node]!
        if (index >= 0) models[index]!.evaluator.row(cells, at)
        merged.copy(index, cells, at)
        // A node's score stands in for its model where that has no result.
        if (node >= 0 && prediction.kind === 'number' && Number.isNaN(cells[at + prediction.value]!))
          cells[at + prediction.value] = nodes.score[node]!
      },
    },
  }
}
