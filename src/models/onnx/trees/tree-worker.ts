import { parentPort } from 'node:worker_threads'
import { workerReply, type WorkerRequest } from '../../trees/worker-call.ts'
import { readTreeEnsemble } from './tree-ensemble.ts'

parentPort!.once('message', ({ bytes, metadata }: WorkerRequest) => {
  parentPort!.postMessage(workerReply(() => readTreeEnsemble(bytes, metadata)))
})
