import type { Runtime } from '../../core/model.ts'
import { createTreeRuntime } from '../trees/tree-runtime.ts'
import { createCatBoostColumns } from './catboost-columns.ts'
import { lowerCatBoost } from './lower-catboost.ts'

/** The runtime of CatBoost models in JSON (`CatBoost.save_model(…, format='json')`), with oblivious trees or others. */
export function createCatBoostRuntime(): Runtime & AsyncDisposable {
  return createTreeRuntime({ format: 'catboost', lower: lowerCatBoost, columnsOf: createCatBoostColumns })
}
