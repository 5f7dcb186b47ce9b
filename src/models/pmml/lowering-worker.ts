import { parentPort } from 'node:worker_threads'
import { asSluiceError } from '../../core/errors.ts'
import { shrinkColumns } from './constant-columns.ts'
import { createDocumentReader } from './lower-bytes.ts'
import type { LoweringReply, LoweringRequest } from './lowering-messages.ts'

// A clone, because the texts of a plan are parts of longer ones of the document, which would stay with them.
const reader = createDocumentReader((plan) => {
  shrinkColumns(plan)
  return structuredClone(plan, { transfer: buffersOf(plan) })
})

parentPort?.on('message', (request: LoweringRequest) => {
  const reply = replyTo(request)
  parentPort!.postMessage(reply, 'plan' in reply ? buffersOf(reply.plan) : 'more' in reply ? [reply.more.buffer] : [])
})

function replyTo(request: LoweringRequest): LoweringReply {
  try {
    if (request === 'end') return { plan: reader.finish() }
    reader.write(request)
    // The part goes back, to be filled again: memory that is left behind here is not collected for long.
    return { more: request }
  } catch (error) {
    const { code, message, details } = asSluiceError(error, 'model.runtime.failed', 'reading the document failed')
    return { error: { code, message, details } }
  }
}

/** The memory of a plan's columns, which is handed over instead of copied. */
function buffersOf(plan: object): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  const pending: unknown[] = [plan]
  while (pending.length > 0) {
    const next = pending.pop()
    if (ArrayBuffer.isView(next)) {
      if (next.buffer instanceof ArrayBuffer) buffers.add(next.buffer)
    } else if (typeof next === 'object' && next !== null) for (const value of Object.values(next)) pending.push(value)
  }
  return [...buffers]
}
