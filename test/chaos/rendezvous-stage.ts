import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import type { PolicySpec } from '../../src/core/policy-spec.ts'
import type { Decision, StrayScore } from '../../src/policies/decisions/decision.ts'
import { readDecision, readStray } from '../../src/policies/decisions/decision-text.ts'
import { resultText } from '../../src/rendezvous/outbox.ts'
import type { JavaClient, JavaRead } from '../setup/java-client/java-client.ts'
import { createAppendTimeTopic } from './append-time-topic.ts'
import { SESSION_TIMEOUT_MS } from './stage.ts'
import { WorkerProcess } from './worker-process.ts'

/** A slow decoy runs in one of ten of these. */
const SLOW_TURN_MS = 100

export interface RendezvousStageOptions {
  /** `host:port` of a broker. */
  readonly broker: string
  readonly client: JavaClient
  readonly partitions: number
  /** Of `test/fixtures/rendezvous`: each in a process of its own. */
  readonly models: readonly ('a' | 'b' | 'c')[]
  readonly policies: Readonly<Record<string, PolicySpec>>
  readonly guarantee: 'exactly-once' | 'at-least-once'
  readonly budgetFrom?: 'arrival' | 'timestamp'
  readonly budgetTo?: 'decision' | 'log'
  /** Whether results have the broker's time. */
  readonly appendTime?: boolean
  /** What a consumer of the input that nobody waits for does: it stands still all the time, or nine tenths of it. */
  readonly decoy?: 'stopped' | 'slow' | undefined
}

/** What a rendezvous left on its topics, as Kafka's own client reads it. */
export interface Left {
  readonly results: readonly JavaRead[]
  readonly decisions: ReadonlyMap<string, Decision>
  /** Decisions by the ids that have more than one. */
  readonly repeated: readonly string[]
  readonly strays: readonly StrayScore[]
}

/** A rendezvous server, and each model, in a process of its own, on topics of their own. */
export class RendezvousStage implements AsyncDisposable {
  readonly #options: RendezvousStageOptions
  readonly #prefix: string
  readonly models: readonly WorkerProcess[]
  readonly decoy: WorkerProcess | undefined
  server: WorkerProcess
  #slowing: NodeJS.Timeout | undefined

  private constructor(options: RendezvousStageOptions, prefix: string) {
    this.#options = options
    this.#prefix = prefix
    this.decoy = options.decoy === undefined ? undefined : this.#startModel('archive', 'a')
    this.models = options.models.map((name) => this.#startModel(name))
    this.server = this.#startServer()
  }

  /** Resolves when all processes are ready. */
  static async start(options: RendezvousStageOptions): Promise<RendezvousStage> {
    const prefix = `r${randomUUID().slice(0, 8)}-`
    if (options.appendTime === true) await createAppendTimeTopic(options.broker, `${prefix}results`, options.partitions)
    const stage = new RendezvousStage(options, prefix)
    for (const process of stage.processes) await stage.#whenReady(process)
    stage.decoy?.pause()
    if (options.decoy === 'slow') stage.#slowDown()
    return stage
  }

  get processes(): WorkerProcess[] {
    return [...this.models, this.server, ...(this.decoy === undefined ? [] : [this.decoy])]
  }

  topic(name: string): string {
    return `${this.#prefix}${name}`
  }

  /** The server is gone without a word, and another one takes its place. */
  async replaceServer(): Promise<void> {
    await this.server.kill()
    this.server = this.#startServer()
    await this.#whenReady(this.server)
  }

  /** How many records of a topic the server has on record as arrived. */
  async arrived(topic: string): Promise<number> {
    let count = 0
    const name = this.topic(topic)
    for (const { value } of await this.#read('changelog')) {
      const { topics, arrivals } = JSON.parse(value!.toString()) as { topics: string[]; arrivals: [number, number, number, number][] }
      for (const [at, from, to] of arrivals) if (topics[at] === name) count += to - from
    }
    return count
  }

  /** How many results there are. */
  async answered(): Promise<number> {
    let count = 0
    await this.#options.client.forEach({ topics: [this.topic('results')], digest: true }, () => void count++)
    return count
  }

  async left(): Promise<Left> {
    const decisions = new Map<string, Decision>()
    const repeated: string[] = []
    const strays: StrayScore[] = []
    // Before the decisions: each result that was there has its decision there too.
    const results = await this.#read('results')
    for (const { value, headers } of await this.#read('decisions')) {
      const type = headers.find(([name]) => name === 'ce_type')?.[1]?.toString()
      if (type === 'sluice.stray-score') strays.push(readStray(value!.toString()))
      else {
        const decision = readDecision(value!.toString())
        if (decisions.has(decision.id)) repeated.push(decision.id)
        decisions.set(decision.id, decision)
      }
    }
    return { results, decisions, repeated, strays }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#slowing)
    await Promise.all(this.processes.map(async (process) => process[Symbol.asyncDispose]()))
  }

  #slowDown(): void {
    let turn = 0
    this.#slowing = setInterval(() => {
      if (turn++ % 10 === 0) this.decoy?.resume()
      else this.decoy?.pause()
    }, SLOW_TURN_MS)
  }

  async #whenReady(process: WorkerProcess): Promise<void> {
    const ended = await Promise.race([process.ready.then(() => undefined), process.exit.then((exit) => ({ exit }))])
    if (ended !== undefined) throw new Error(`a process ended with ${ended.exit} before it was ready: ${process.said}`)
  }

  async #read(name: string): Promise<JavaRead[]> {
    return this.#options.client.consume({ topics: [this.topic(name)], whole: true })
  }

  #common(name: string): Record<string, unknown> {
    const { broker } = this.#options
    const own = ['deadLetters', 'events', 'swaps', 'statistics', 'modelState', 'control']
    return {
      log: `kafka:${broker}`,
      group: `${this.#prefix}${name}`,
      'http.port': 0,
      'models.topic': `${this.#prefix}models-${name}`,
      topics: Object.fromEntries(own.map((topic) => [topic, `${this.#prefix}${topic}-${name}`])),
      'kafka.sessionTimeoutMs': SESSION_TIMEOUT_MS,
      logging: { level: 'warn', pretty: false },
    }
  }

  #startModel(name: string, model = name): WorkerProcess {
    return new WorkerProcess({
      ...this.#common(name),
      'models.definitions': resolve(import.meta.dirname, `../fixtures/rendezvous/model-${model}.ts`),
      streams: [
        {
          name,
          input: this.topic('in'),
          output: this.topic(`scores-${name}`),
          partitions: this.#options.partitions,
          dataType: { constant: 'any' },
          commit: { guarantee: 'at-least-once' },
        },
      ],
    })
  }

  #startServer(): WorkerProcess {
    const { partitions, models, policies, guarantee, budgetFrom = 'arrival', budgetTo = 'decision' } = this.#options
    return new WorkerProcess({
      ...this.#common('server'),
      streams: [],
      rendezvous: [
        {
          name: 'things',
          input: this.topic('in'),
          scores: [
            ...models.map((name) => ({
              topic: this.topic(`scores-${name}`),
              deadLetters: this.topic(`deadLetters-${name}`),
              stream: name,
            })),
            { topic: this.topic('scores-others') },
          ],
          results: this.topic('results'),
          decisions: this.topic('decisions'),
          changelog: this.topic('changelog'),
          control: this.topic('control'),
          partitions,
          policies,
          id: { header: 'sluice_id' },
          budget: { header: 'sluice_budget', from: budgetFrom, to: budgetTo },
          commit: { guarantee },
        },
      ],
    })
  }
}

/** Results that differ in any byte from what their decisions say. */
export function differing({ results, decisions }: Left): string[] {
  return results.flatMap(({ headers, value }) => {
    const id = headers.find(([name]) => name === 'ce_id')![1]!.toString()
    const decision = decisions.get(id)
    return decision !== undefined && resultText(decision) === value!.toString() ? [] : [id]
  })
}
