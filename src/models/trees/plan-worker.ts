import { parentPort } from 'node:worker_threads'
import { lowerCatBoost } from '../catboost/lower-catboost.ts'
import { lowerLightGbm } from '../lightgbm/lower-lightgbm.ts'
import { lowerXgBoost } from '../xgboost/lower-xgboost.ts'
import type { Lower, PlanRequest, TreeFormat } from './tree-runtime.ts'
import { workerReply } from './worker-call.ts'

const LOWER: Readonly<Record<TreeFormat, Lower>> = { lightgbm: lowerLightGbm, xgboost: lowerXgBoost, catboost: lowerCatBoost }

parentPort!.once('message', ({ format, bytes, metadata }: PlanRequest) => {
  parentPort!.postMessage(workerReply(() => LOWER[format](bytes, metadata)))
})
