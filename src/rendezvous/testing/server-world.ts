import { headersOf, encodeHeader } from '../../core/headers.ts'
import { type Batch, keyOf, offsetOf, valueOf } from '../../core/batch.ts'
import type { Clock } from '../../core/clock.ts'
import { constantDataType } from '../../core/data-type-readers.ts'
import { Dictionary } from '../../core/dictionary.ts'
import type { SluiceError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { PolicySpec } from '../../core/policy-spec.ts'
import { systemTimers } from '../../core/timers.ts'
import { encodeRecords } from '../../core/record-batch-writer.ts'
import type { Decision, StrayScore } from '../../policies/decisions/decision.ts'
import { readDecision, readStray } from '../../policies/decisions/decision-text.ts'
import type { RendezvousServerOptions } from '../options.ts'
import { RendezvousServer } from '../server.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A record of a result. */
export interface ReadResult {
  readonly partition: number
  readonly key: string | undefined
  readonly text: string
  readonly value: Readonly<Record<string, unknown>>
  readonly headers: ReadonlyMap<string, string>
}

/** A clock that only moves when told to, and timers that ring by it. */
export class ManualTime implements Clock {
  monotonicMs = 5000
  wallMs = 1_700_000_000_000
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>()

  now(): number {
    return this.wallMs
  }

  monotonic(): number {
    return this.monotonicMs
  }

  readonly setTimer = (delayMs: number, callback: () => void): (() => void) => {
    const timer = { at: this.monotonicMs + delayMs, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Lets time pass; what is due rings in its order. */
  pass(ms: number): void {
    const end = this.monotonicMs + ms
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
      if (next === undefined) break
      this.#timers.delete(next)
      this.#moveTo(Math.max(next.at, this.monotonicMs))
      next.callback()
    }
    this.#moveTo(end)
  }

  /** A process that begins anew: nothing of the old one rings. */
  restart(downMs: number): void {
    this.#timers.clear()
    this.wallMs += downMs
    this.monotonicMs = 17
  }

  #moveTo(ms: number): void {
    this.wallMs += ms - this.monotonicMs
    this.monotonicMs = ms
  }
}

/** A rendezvous server on a log, and what writes its topics and reads them. */
export class ServerWorld {
  readonly log: Log
  readonly ignored: SluiceError[] = []
  readonly failures: unknown[] = []
  server: RendezvousServer | undefined
  readonly #options: Partial<RendezvousServerOptions>
  readonly #prefix: string

  constructor(log: Log, options: Partial<RendezvousServerOptions> = {}, prefix = '') {
    this.log = log
    this.#options = options
    this.#prefix = prefix
  }

  topic(name: string): string {
    return `${this.#prefix}${name}`
  }

  async start(policies: Readonly<Record<string, PolicySpec>>, log: Log = this.log): Promise<RendezvousServer> {
    const dictionary = new Dictionary()
    const topic = (name: string): string => this.topic(name)
    await this.log.ensureTopics([{ topic: topic('in'), partitions: 2, cleanup: 'delete' }])
    this.server = await RendezvousServer.start({
      name: 'wines',
      group: topic('group'),
      log,
      clock: { now: () => performance.timeOrigin + performance.now(), monotonic: () => performance.now() },
      setTimer: (delayMs, callback) => systemTimers.after(delayMs, callback),
      topics: {
        input: topic('in'),
        results: topic('results'),
        decisions: topic('decisions'),
        changelog: topic('changelog'),
        control: topic('control'),
      },
      scores: ['a', 'b'].map((name) => ({ topic: topic(`scores-${name}`), value: 'auto' })),
      failures: [{ topic: topic('dead'), models: new Map() }],
      budgetFrom: 'arrival',
      dataTypes: { reader: constantDataType('wine', dictionary), dictionary },
      policies,
      readPolicy: (value) => value as PolicySpec,
      guarantee: 'exactly-once',
      commitIntervalMs: 5,
      maxOpen: 1000,
      maxHeld: 1000,
      holdMs: 10_000,
      rememberMs: 10_000,
      observer: {
        assigned: () => {},
        released: () => {},
        ignored: (error) => this.ignored.push(error),
        failed: (error) => this.failures.push(error),
      },
      ...this.#options,
    })
    await this.server.assigned
    return this.server
  }

  /** Sends inputs, and resolves with the offset of the first. */
  async inputs(keys: readonly string[], partition = 0, headers: readonly (readonly [string, string])[] = []): Promise<number> {
    const records = keys.map((key) => ({
      timestamp: Date.now(),
      key: encoder.encode(key),
      value: encoder.encode('{}'),
      headers: headers.map(([name, text]) => encodeHeader(name, text)),
    }))
    return Number(await this.log.append({ topic: this.topic('in'), partition, recordBatch: encodeRecords(records) }))
  }

  /** Sends what a model says of inputs, as the answers of a stream have it. */
  async scores(model: 'a' | 'b', said: readonly (readonly [offset: number, score: string])[], partition = 0): Promise<void> {
    const records = said.map(([offset, score]) => ({
      timestamp: 0,
      value: encoder.encode('{}'),
      headers: [
        encodeHeader('ce_id', `${partition}:${offset}`),
        encodeHeader('sluice_model', `${model}@1`),
        encodeHeader('sluice_score', score),
      ],
    }))
    await this.log.append({ topic: this.topic(`scores-${model}`), partition, recordBatch: encodeRecords(records) })
  }

  /** Sends a dead letter of a model. */
  async failed(model: string, offset: number, about = this.topic('in')): Promise<void> {
    const headers = { ce_id: `0:${offset}`, sluice_model: `${model}@1`, sluice_topic: about, sluice_error: 'record.score.failed' }
    const record = { timestamp: 0, headers: Object.entries(headers).map(([name, text]) => encodeHeader(name, text)) }
    await this.log.append({ topic: this.topic('dead'), partition: 0, recordBatch: encodeRecords([record]) })
  }

  async control(message: unknown): Promise<void> {
    const record = { timestamp: 0, value: encoder.encode(JSON.stringify(message)) }
    await this.log.append({ topic: this.topic('control'), partition: 0, recordBatch: encodeRecords([record]) })
  }

  async results(): Promise<ReadResult[]> {
    return this.#read('results', (batch, i) => {
      const text = decoder.decode(valueOf(batch, i))
      const key = keyOf(batch, i)
      const headers = new Map(headersOf(batch, i).map(({ name, value }) => [name, decoder.decode(value)]))
      const value = JSON.parse(text) as Record<string, unknown>
      return { partition: batch.partition, key: key && decoder.decode(key), text, value, headers }
    })
  }

  async decisions(): Promise<Decision[]> {
    return (await this.#said()).flatMap(({ type, text }) => (type === 'sluice.decision' ? [readDecision(text)] : []))
  }

  async strays(): Promise<StrayScore[]> {
    return (await this.#said()).flatMap(({ type, text }) => (type === 'sluice.stray-score' ? [readStray(text)] : []))
  }

  /** How often something came from a topic, by the changelog. */
  async arrived(topic: string): Promise<number> {
    const entries = await this.#read('changelog', (batch, i) => decoder.decode(valueOf(batch, i)))
    return entries.reduce((sum, text) => {
      const { topics, arrivals } = JSON.parse(text) as { topics: string[]; arrivals: [number, number, number, number][] }
      return sum + arrivals.reduce((each, [at, from, to]) => each + (topics[at] === this.topic(topic) ? to - from : 0), 0)
    }, 0)
  }

  async #said(): Promise<{ type: string | undefined; text: string }[]> {
    return this.#read('decisions', (batch, i) => {
      const type = headersOf(batch, i).find(({ name }) => name === 'ce_type')?.value
      return { type: type && decoder.decode(type), text: decoder.decode(valueOf(batch, i)) }
    })
  }

  async #read<T>(name: string, each: (batch: Batch, i: number) => T): Promise<T[]> {
    const found: T[] = []
    for (let partition = 0; partition < 2; partition++) {
      const place = { topic: this.topic(name), partition }
      const { first } = await this.log.offsets(place)
      for await (const batch of this.log.read({ ...place, from: first, follow: false })) {
        for (let i = 0; i < batch.count; i++) if (offsetOf(batch, i) >= first) found.push(each(batch, i))
        batch.release()
      }
    }
    return found
  }
}
