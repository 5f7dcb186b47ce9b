import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../../src/core/log.ts'
import { encodeRecords } from '../../src/core/record-batch-writer.ts'
import { createKafkaLog } from '../../src/logs/kafka/kafka-log.ts'
import { flightLines } from '../system/examples.ts'

const lines = flightLines().slice(0, 5000)
/** One record in so many loses its last brace, so that there are dead letters too. */
const DAMAGED_EVERY = 50
const PAUSE_MS = 20

export interface FeedOptions {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly partitions: number
  /** Records a second. */
  readonly rate: number
  /** Of the nodes: the feed is as patient with brokers as they are. */
  readonly sessionTimeoutMs: number
}

/** Sends numbered records to a topic, a few every moment, until it is stopped. A partition whose leader is away is tried again, while the others go on. */
export class Feed {
  readonly #options: FeedOptions
  readonly #abort = new AbortController()
  readonly #done: Promise<void>

  constructor(options: FeedOptions) {
    this.#options = options
    this.#done = this.#run()
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#done
  }

  async #run(): Promise<void> {
    const { brokers, partitions, sessionTimeoutMs } = this.#options
    await using log = await createKafkaLog({ brokers, clientId: 'feed', sessionTimeoutMs })
    await Promise.all(Array.from({ length: partitions }, async (_, partition) => this.#feed(log, partition)))
  }

  async #feed(log: Log, partition: number): Promise<void> {
    const { topic, partitions, rate } = this.#options
    const { signal } = this.#abort
    let sent = 0
    const started = performance.now()
    while (!signal.aborted) {
      const due = Math.min(Math.floor(((performance.now() - started) / 1000) * (rate / partitions)) - sent, rate)
      const records = Array.from({ length: due }, () => recordOf(partition + partitions * sent++))
      // What fails may be on the log all the same: what counts is what is read there in the end.
      if (due > 0) await log.append({ topic, partition, recordBatch: encodeRecords(records) }).catch(() => undefined)
      await pause(PAUSE_MS, undefined, { signal }).catch(() => {})
    }
  }
}

function recordOf(number: number) {
  const text = lines[number % lines.length]!.replace('{', `{"number":${number},`)
  return { timestamp: Date.now(), value: Buffer.from(number % DAMAGED_EVERY === 0 ? text.slice(0, -1) : text) }
}
