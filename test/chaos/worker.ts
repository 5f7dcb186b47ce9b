/*
 * One process of the system under test, as `sluice serve` starts it, with time-outs short enough for tests. Its argument is JSON. It says its address
 * on a line of its own once it is up, and ends when it is asked to, with everything committed.
 */
import { pino } from 'pino'
import { SluiceNode } from '../../src/app/node.ts'
import { loadConfig } from '../../src/config/index.ts'
import { createKafkaLog, type KafkaLogOptions } from '../../src/logs/kafka/kafka-log.ts'

export interface WorkerOptions {
  readonly kafka: KafkaLogOptions
  /** Settings by their paths. */
  readonly settings: Readonly<Record<string, unknown>>
}

const { kafka, settings } = JSON.parse(process.argv[2]!) as WorkerOptions
const flags = Object.entries(settings).map(([key, value]) => ({
  flag: 'worker',
  key,
  value: typeof value === 'string' ? value : JSON.stringify(value),
}))
const config = loadConfig({ file: null, env: {}, flags, cwd: process.cwd() })
const log = await createKafkaLog(kafka)
const node = await SluiceNode.start({ config, log, logger: pino({ level: 'warn' }, pino.destination(2)) })
process.on('SIGTERM', () => {
  void (async () => {
    await node[Symbol.asyncDispose]()
    await log[Symbol.asyncDispose]()
    process.exit(0)
  })()
})
process.stdout.write(`${JSON.stringify({ url: node.url })}\n`)
