import { setTimeout as pause } from 'node:timers/promises'
import { keyOf, offsetOf, valueOf } from '../core/batch.ts'
import { asSluiceError, type SluiceError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'

export interface TopicRecord {
  readonly offset: bigint
  readonly timestamp: number
  readonly key: Uint8Array | undefined
  readonly value: Uint8Array | undefined
  /** Whether the record was there when following began. */
  readonly replayed: boolean
}

export interface TopicFollowerOptions {
  readonly log: Log
  /** It has one partition. */
  readonly topic: string
  /** What it throws is what became of the record, for those who wait for it. */
  readonly apply: (record: TopicRecord) => void
  /** Following failed; it goes on from where it was. */
  readonly onFailure: (error: unknown) => void
}

const RETRY_MS = 500
const KEPT_ERRORS = 1000

/** Folds a topic: hands over what is there, and then what comes, each record once and in order. */
export class TopicFollower {
  readonly #options: TopicFollowerOptions
  readonly #abort = new AbortController()
  readonly #errors = new Map<bigint, SluiceError>()
  #position = 0n
  #moved = Promise.withResolvers<void>()
  #done: Promise<void> | undefined

  constructor(options: TopicFollowerOptions) {
    this.#options = options
  }

  /** Resolves when what is there has been applied. */
  async start(): Promise<void> {
    const { log, topic } = this.#options
    this.#position = (await log.offsets({ topic, partition: 0 })).first
    await this.#read(false)
    this.#done = this.#follow()
  }

  /** Resolves when the record at an offset has been applied, or rejects with why it could not be. */
  async applied(offset: bigint): Promise<void> {
    while (this.#position <= offset && !this.#abort.signal.aborted) await this.#moved.promise
    const error = this.#errors.get(offset)
    if (error !== undefined) throw error
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    this.#moved.resolve()
    await this.#done
  }

  async #follow(): Promise<void> {
    const { signal } = this.#abort
    while (!signal.aborted) {
      try {
        await this.#read(true)
      } catch (error) {
        this.#options.onFailure(error)
        await pause(RETRY_MS, undefined, { signal }).catch(() => {})
      }
    }
  }

  async #read(follow: boolean): Promise<void> {
    const { log, topic, apply } = this.#options
    const { signal } = this.#abort
    for await (const batch of log.read({ topic, partition: 0, from: this.#position, follow, signal })) {
      for (let i = 0; i < batch.count; i++) {
        const offset = offsetOf(batch, i)
        try {
          apply({ offset, timestamp: batch.timestamps[i]!, key: keyOf(batch, i), value: valueOf(batch, i), replayed: !follow })
        } catch (error) {
          this.#errors.set(offset, asSluiceError(error, 'log.corrupt', `the record at offset ${offset} of ${topic} can't be used`))
          if (this.#errors.size > KEPT_ERRORS) this.#errors.delete(this.#errors.keys().next().value!)
        }
      }
      this.#position = batch.nextOffset
      batch.release()
      this.#moved.resolve()
      this.#moved = Promise.withResolvers()
    }
  }
}
