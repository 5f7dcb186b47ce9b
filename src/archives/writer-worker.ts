import { parentPort } from 'node:worker_threads'
import { localDisk } from './disk.ts'
import { createRecordFiles, type RecordFile } from './record-file.ts'
import type { Reply, Request } from './thread-messages.ts'

/*
 * Encodes and writes the files of an archive, in a thread of its own: a row group of Parquet takes long to make, and records are answered
 * meanwhile.
 */
const port = parentPort!
const records = createRecordFiles(localDisk)
const open = new Map<number, RecordFile>()

async function work(request: Request): Promise<number> {
  const { file, kind } = request
  if (kind === 'create') {
    open.set(file, await records.create(request.path, request.format))
    return 0
  }
  const found = open.get(file)
  if (found === undefined) return 0
  if (kind === 'add') return found.add({ ...request.batch, release() {} }, request.taken)
  open.delete(file)
  await (kind === 'end' ? found.end() : found.abandon())
  return 0
}

port.on('message', (request: Request) => {
  const { id } = request
  work(request).then(
    (length) => port.postMessage({ id, length } satisfies Reply),
    (error: unknown) => port.postMessage({ id, length: 0, error: error instanceof Error ? error.message : String(error) } satisfies Reply),
  )
})
