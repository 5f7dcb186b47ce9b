import { parentPort } from 'node:worker_threads'
import { asSluiceError } from '../../core/errors.ts'
import { lowerCatBoost } from '../catboost/lower-catboost.ts'
import { lowerLightGbm } from '../lightgbm/lower-lightgbm.ts'
import { lowerXgBoost } from '../xgboost/lower-xgboost.ts'
import type { TreePlan } from './tree-plan.ts'
import type { Lower, PlanReply, PlanRequest, TreeFormat } from './tree-runtime.ts'

const LOWER: Readonly<Record<TreeFormat, Lower>> = { lightgbm: lowerLightGbm, xgboost: lowerXgBoost, catboost: lowerCatBoost }

parentPort!.once('message', ({ format, bytes, metadata }: PlanRequest) => {
  parentPort!.postMessage(replyTo(() => LOWER[format](bytes, metadata)))
})

function replyTo(work: () => TreePlan): PlanReply {
  try {
    return { plan: work() }
  } catch (error) {
    const { code, message } = asSluiceError(error, 'model.runtime.failed', 'reading the model failed')
    return { error: { code, message } }
  }
}
