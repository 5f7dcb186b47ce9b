import type { Runtime } from '../../core/model.ts'
import { createTreeRuntime } from '../trees/tree-runtime.ts'
import { lowerXgBoost } from './lower-xgboost.ts'

/**
 * The runtime of XGBoost models in JSON or UBJSON (`Booster.save_model`). Scores are those of `Booster.predict`: comparisons and sums
 * in float32, in the order of the trees.
 */
export function createXgBoostRuntime(): Runtime & AsyncDisposable {
  return createTreeRuntime({ format: 'xgboost', lower: lowerXgBoost })
}
