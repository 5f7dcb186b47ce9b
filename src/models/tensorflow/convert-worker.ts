import { parentPort } from 'node:worker_threads'
import { workerReply } from '../trees/worker-call.ts'
import { convertToOnnx } from './convert.ts'
import type { ConvertRequest } from './tensorflow-runtime.ts'

parentPort!.once('message', ({ format, bytes, metadata, maxNodes }: ConvertRequest) => {
  parentPort!.postMessage(workerReply(() => convertToOnnx(format, bytes, { metadata, maxNodes })))
})
