import type { MessagePort } from 'node:worker_threads'
import { asSluiceError } from '../../core/errors.ts'
import type { OnnxSession, OpenSession } from './onnx-session.ts'
import type { TensorData } from './signature.ts'
import type { NumberedAnswer, NumberedRequest, WorkerAnswers, WorkerRequest } from './worker-messages.ts'

/**
 * Answers a pool's requests in the worker thread at whose port they come, in any order, and keeps the sessions by their model's number.
 * `open` gets bytes of its own. `engine` is named where something unforeseen fails.
 */
export function serveSessions(port: MessagePort, engine: string, open: OpenSession): void {
  const sessions = new Map<number, OnnxSession>()

  async function handle(request: Exclude<WorkerRequest, { kind: 'close' }>): Promise<WorkerAnswers[WorkerRequest['kind']]> {
    if (request.kind === 'open') {
      // A copy of its own, since the bytes are shared between the workers and native code takes no shared memory.
      const session = await open(request.bytes.slice(), request.metadata, request.preparation)
      sessions.set(request.model, session)
      return session.signature
    }
    const session = sessions.get(request.model)
    if (session === undefined) throw new Error(`there is no session for the model ${request.model}`)
    if (request.kind === 'run') {
      const result = await session.run(request.batch)
      return { ...result, spent: request.batch.tensors.flatMap((data) => ('values' in data ? [bufferOf(data)] : [])) }
    }
    sessions.delete(request.model)
    await session.release()
    return undefined
  }

  port.on('message', ({ id, request }: NumberedRequest) => {
    if (request.kind === 'close') return port.close()
    void handle(request).then(
      (answer) =>
        reply(
          { id, answer },
          answer !== undefined && 'tensors' in answer ? [...answer.tensors.map(bufferOf), ...(answer.spent ?? [])] : [],
        ),
      (error: unknown) => {
        const { code, message, details } = asSluiceError(error, 'model.runtime.failed', `${engine} failed`)
        reply({ id, error: { code, message, details } }, [])
      },
    )
  })

  function reply(message: NumberedAnswer, transfer: readonly ArrayBuffer[]): void {
    port.postMessage(message, transfer)
  }
}

function bufferOf(data: TensorData): ArrayBuffer {
  return ('values' in data ? data.values.buffer : data.codes.buffer) as ArrayBuffer
}
