import { runTensors } from './tensors.ts'
import { runTrees } from './trees.ts'

/** Models of the formats that have peers of their own, beside these. */
export async function runModels(quick: boolean): Promise<void> {
  await runTrees(quick)
  await runTensors(quick)
}
