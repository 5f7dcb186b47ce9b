import { SluiceError } from '../../core/errors.ts'
import { checkForest } from './check-forest.ts'
import type { Forest, ForestOptions, Kernel } from './forest.ts'
import { createWalkForest, walkCost } from './walk-kernel.ts'
import { createLanesForest } from './wasm/lanes-kernel.ts'
import { planLanes } from './wasm/lanes-plan.ts'

/**
 * Makes a scorer of a forest, with the kernel that should be the fastest for its shape. The options' arrays must not change
 * afterwards. Throws `model.malformed` where the nodes don't form trees, or name a feature or leaf that there isn't.
 */
export function createForest(options: ForestOptions): Forest {
  const depths = checkForest(options)
  const plan = planLanes(options, depths)
  const lanes = plan && plan.cost < walkCost(options, depths) ? createLanesForest(options, plan) : undefined
  return lanes ?? createWalkForest(options, depths)
}

/** As `createForest`, with a kernel that tests and benchmarks choose. Throws `model.unsupported` where it can't score the forest. */
export function createForestWith(kernel: Kernel, options: ForestOptions): Forest {
  const depths = checkForest(options)
  if (kernel === 'walk') return createWalkForest(options, depths)
  const plan = planLanes(options, depths, kernel)
  const forest = plan && createLanesForest(options, plan)
  if (!forest)
    throw new SluiceError(
      'model.unsupported',
      `the ${kernel} kernel can't score this forest; it takes numeric splits, in trees to depth 8 or of 256 leaves`,
    )
  return forest
}
