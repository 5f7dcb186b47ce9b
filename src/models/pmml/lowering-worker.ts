import { parentPort } from 'node:worker_threads'
import { asSluiceError } from '../../core/errors.ts'
import { lowerBytes, type LoweringReply } from './lower-bytes.ts'

/** Answers each document (a Uint8Array) with a `LoweringReply`. */
parentPort?.on('message', (bytes: Uint8Array) => {
  parentPort!.postMessage(replyTo(bytes))
})

function replyTo(bytes: Uint8Array): LoweringReply {
  try {
    return { plan: lowerBytes(bytes) }
  } catch (error) {
    const { code, message, details } = asSluiceError(error, 'model.runtime.failed', 'reading the document failed')
    return { error: { code, message, details } }
  }
}
