import { parentPort, workerData } from 'node:worker_threads'
import { pino } from 'pino'
import { asSluiceError } from '../../core/errors.ts'
import { SluiceNode } from '../node.ts'
import type { FromWorker, WorkerData } from './worker-messages.ts'

const VIEW_EVERY_MS = 500

/*
 * One worker of a node: a member of the group that answers streams as the node itself would, with models and connections of its
 * own, and tells the node what it does.
 */
const port = parentPort!
const { config } = workerData as WorkerData
const say = (message: FromWorker): void => port.postMessage(message)

try {
  const logger = pino({ level: config.logging.level, base: null }, { write: (line: string) => say({ kind: 'log', line }) })
  const node = await SluiceNode.start({ config: { ...config, workers: 1 }, logger, http: false, isWorker: true })
  const tell = (): void => say({ kind: 'view', streams: node.view() })
  const timer = setInterval(tell, VIEW_EVERY_MS)
  port.on('message', () => {
    void (async () => {
      clearInterval(timer)
      await node[Symbol.asyncDispose]()
      tell()
      port.close()
    })()
  })
  void node.assigned.then(() => {
    tell()
    say({ kind: 'ready' })
  })
} catch (cause) {
  const { code, message } = asSluiceError(cause, 'internal', 'a worker could not start')
  say({ kind: 'failed', code, message })
  port.close()
}
