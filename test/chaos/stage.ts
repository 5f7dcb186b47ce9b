import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../../src/core/log.ts'
import { createKafkaLog } from '../../src/logs/kafka/kafka-log.ts'
import { eventually } from '../eventually.ts'
import type { JavaClient, JavaRead } from '../setup/java-client/java-client.ts'
import type { KafkaCluster } from '../setup/kafka/cluster.ts'
import { ApiClient } from '../system/api-client.ts'
import { modelsOf, publishPath } from '../system/examples.ts'
import type { LoggedRecord } from '../system/logged-record.ts'
import { Feed } from './feed.ts'
import { judge, type Verdict } from './verdict.ts'
import { WorkerProcess } from './worker-process.ts'

export interface StageOptions {
  readonly cluster: KafkaCluster
  readonly client: JavaClient
  readonly workers: number
  readonly partitions?: number
  /** Records a second. */
  readonly rate?: number
  /** Settings of the node by their paths. */
  readonly settings?: Readonly<Record<string, unknown>>
}

export const SESSION_TIMEOUT_MS = 2000
/** Far longer than a node needs that takes over. */
const PATIENCE_MS = 90_000
const models = modelsOf('flights')

/** A stream of flights, scored by several processes of one group, whose models are swapped all the time. */
export class ChaosStage implements AsyncDisposable {
  readonly workers: WorkerProcess[] = []
  readonly #options: StageOptions
  readonly #prefix = `c${randomUUID().slice(0, 8)}-`
  readonly #abort = new AbortController()
  #feed: Feed | undefined
  #swapping: Promise<void> = Promise.resolve()
  /** Models that were published or taken back while all went on. */
  swaps = 0

  /** To look at, not to judge by. */
  readonly #log: Log

  private constructor(options: StageOptions, log: Log) {
    this.#options = options
    this.#log = log
  }

  /** Resolves when the first model serves and records flow. */
  static async start(options: StageOptions): Promise<ChaosStage> {
    const stage = new ChaosStage(
      options,
      await createKafkaLog({ brokers: options.cluster.addresses, sessionTimeoutMs: SESSION_TIMEOUT_MS }),
    )
    for (let i = 0; i < options.workers; i++) stage.workers.push(stage.#spawn())
    const [first] = stage.workers
    const api = await Promise.race([first!.ready, first!.exit])
    if (!(api instanceof ApiClient)) throw new Error(`a worker ended with ${api} before it was up: ${first!.said}`)
    await stage.#publish(api, 0)
    const { partitions = 4, rate = 2000, cluster } = options
    stage.#feed = new Feed({
      brokers: cluster.addresses,
      topic: stage.#topic('in'),
      partitions,
      rate,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
    })
    stage.#swapping = stage.#swap()
    return stage
  }

  /** Puts a new process in the place of one that has ended. */
  replace(index: number): void {
    this.workers[index] = this.#spawn()
  }

  /** Resolves when answers go on: there are more of them on the log. */
  async flows(): Promise<void> {
    const before = await this.#outputEnd()
    await eventually('answers go on', async () => (await this.#outputEnd()) > before, { withinMs: PATIENCE_MS })
  }

  /** Resolves when every partition has a committed answer to a record that was sent from now on. */
  async answersAll(): Promise<void> {
    const { partitions = 4 } = this.#options
    const since = Date.now()
    await Promise.all(Array.from({ length: partitions }, async (_, partition) => this.#answersSince(partition, since)))
  }

  /** Stops the feed, waits until everything is answered, ends all workers, and judges what is on the log. */
  async finish(): Promise<Verdict> {
    this.#abort.abort()
    await this.#swapping
    await this.#feed!.stop()
    await eventually('everything is answered', async () => (await this.#answered()) >= (await this.#count('in')), { withinMs: 120_000 })
    await Promise.all(this.workers.filter((worker) => worker.running).map(async (worker) => worker.stop()))
    return this.verdict()
  }

  async verdict(): Promise<Verdict> {
    const [inputs, outputs, deadLetters, swaps, statistics] = await this.#readAll(['in', 'out', 'dead', 'swaps', 'statistics'])
    return judge({
      stream: 'flights',
      inputs: inputs!,
      outputs: outputs!,
      deadLetters: deadLetters!,
      swaps: swaps!,
      statistics: statistics!,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort()
    await this.#swapping
    await this.#feed?.stop()
    await Promise.all(this.workers.map(async (worker) => worker[Symbol.asyncDispose]()))
    await this.#log[Symbol.asyncDispose]()
  }

  #topic(name: string): string {
    return `${this.#prefix}${name}`
  }

  #spawn(): WorkerProcess {
    const { cluster, partitions = 4, settings = {} } = this.#options
    const prefix = this.#prefix
    return new WorkerProcess({
      log: `kafka:${cluster.proxiedAddresses.join(',')}`,
      group: `${prefix}group`,
      'http.port': 0,
      'models.topic': `${prefix}models`,
      topics: {
        deadLetters: `${prefix}dead`,
        events: `${prefix}events`,
        swaps: `${prefix}swaps`,
        statistics: `${prefix}statistics`,
        modelState: `${prefix}model-state`,
      },
      streams: [{ name: 'flights', input: `${prefix}in`, output: `${prefix}out`, partitions, dataTypes: ['flight'] }],
      'kafka.sessionTimeoutMs': SESSION_TIMEOUT_MS,
      logging: { level: 'warn', pretty: false },
      ...settings,
    })
  }

  /** Publishes one model after the other, or takes the last one back, through whichever worker answers. */
  async #swap(): Promise<void> {
    const { signal } = this.#abort
    for (let i = 1; !signal.aborted; i++) {
      await pause(500 + Math.random() * 1000, undefined, { signal }).catch(() => {})
      const running = this.workers.filter((worker) => worker.running)
      const worker = running[i % Math.max(1, running.length)]
      if (worker === undefined || signal.aborted) continue
      const api = await Promise.race([worker.ready, worker.exit, pause(1000)])
      if (!(api instanceof ApiClient)) continue
      await this.#publish(api, i).then(
        () => this.swaps++,
        // The worker is gone, or stands still.
        () => undefined,
      )
    }
  }

  async #publish(api: ApiClient, number: number): Promise<void> {
    const model = models[number % models.length]!
    const isBack = number > 0 && number % 4 === 3
    const answer = isBack
      ? await api.post('/models/flight/rollback', {})
      : await api.post(publishPath(model, number === 0), model.bytes, 'application/octet-stream')
    if (answer.status !== 200 && answer.status !== 202)
      throw new Error(`publishing was answered with ${answer.status}: ${JSON.stringify(answer.body)}`)
  }

  async #answered(): Promise<number> {
    return (await this.#count('out')) + (await this.#count('dead'))
  }

  /** How far the output topic has come, committed or not. */
  async #outputEnd(): Promise<bigint> {
    const { partitions = 4 } = this.#options
    const ends = await Promise.all(
      Array.from({ length: partitions }, async (_, partition) => this.#log.offsets({ topic: this.#topic('out'), partition })),
    )
    return ends.reduce((sum, { next }) => sum + next, 0n)
  }

  async #answersSince(partition: number, since: number): Promise<void> {
    const place = { topic: this.#topic('out'), partition }
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(PATIENCE_MS)])
    const { next: from } = await this.#log.offsets(place)
    for await (const batch of this.#log.read({ ...place, from, follow: true, signal })) {
      const isThere = batch.count > 0 && batch.timestamps[batch.count - 1]! >= since
      batch.release()
      if (isThere) return stop.abort()
    }
    throw new Error(`partition ${partition} has no more answers for ${PATIENCE_MS / 1000} s`)
  }

  /** Committed records of a topic. */
  async #count(name: string): Promise<number> {
    let count = 0
    await this.#options.client.forEach({ topics: [this.#topic(name)], digest: true }, () => void count++)
    return count
  }

  async #readAll(names: readonly string[]): Promise<LoggedRecord[][]> {
    const all: LoggedRecord[][] = []
    for (const name of names)
      all.push((await this.#options.client.consume({ topics: [this.#topic(name)], whole: true })).map(logged).toSorted(inOrder))
    return all
  }
}

function logged({ partition, offset, timestamp, key, value, headers }: JavaRead): LoggedRecord {
  const texts = new Map(headers.map(([name, text]) => [name, String(text)]))
  return { partition, offset, timestamp, key, value, headers: texts, headerCount: headers.length }
}

function inOrder(a: LoggedRecord, b: LoggedRecord): number {
  return a.partition - b.partition || a.offset - b.offset
}
