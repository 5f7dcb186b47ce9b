import type { Runtime } from '../../core/model.ts'
import { createTreeRuntime } from '../trees/tree-runtime.ts'
import { lowerLightGbm } from './lower-lightgbm.ts'

/**
 * The runtime of LightGBM text models (`Booster.save_model`). Scores are those of `Booster.predict` in doubles: the same splits, the
 * same order of summation.
 */
export function createLightGbmRuntime(): Runtime & AsyncDisposable {
  return createTreeRuntime({ format: 'lightgbm', lower: lowerLightGbm })
}
