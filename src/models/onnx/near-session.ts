import type { OnnxSession } from './onnx-session.ts'
import type { PooledSession } from './session-pool.ts'
import type { RunRequest, RunResult, TensorData } from './signature.ts'

/** What a batch may take in the thread of the event loop: as much as models of trees take there. */
const MAX_MS = 1
const MAX_ROWS = 8192

/**
 * Runs the batches of a small model in this thread, where the way to a worker and back would take longer than the batch itself; those
 * that would hold up the event loop go to the pool. `open` makes the model's session here; none runs once `closing` is aborted.
 */
export async function withNearSession(
  pooled: PooledSession,
  { open, closing }: { readonly open: () => Promise<OnnxSession>; readonly closing: AbortSignal },
): Promise<PooledSession> {
  const { rowMs } = pooled.signature
  if (rowMs === undefined) return pooled
  const near = await open().catch((error: unknown) => {
    pooled.release()
    throw error
  })
  const maxRows = Math.min(MAX_ROWS, Math.floor(MAX_MS / rowMs))
  let running = 0
  let released = false

  async function runHere(batch: RunRequest): Promise<RunResult> {
    running++
    try {
      return { ...(await near.run(batch)), spent: batch.tensors.flatMap(bufferOf) }
    } finally {
      running--
      if (released && running === 0) await near.release()
    }
  }

  return {
    signature: pooled.signature,
    run: async (batch, transfer) => (batch.rows <= maxRows && !closing.aborted ? runHere(batch) : pooled.run(batch, transfer)),
    release() {
      released = true
      pooled.release()
      if (running === 0) void near.release()
    },
  }
}

function bufferOf(data: TensorData): ArrayBuffer[] {
  return 'values' in data ? [data.values.buffer as ArrayBuffer] : []
}
