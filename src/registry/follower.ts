import { setTimeout as pause } from 'node:timers/promises'
import { type Batch, keyOf, offsetOf, valueOf } from '../core/batch.ts'
import { asSluiceError, SluiceError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { decodeCommand } from './descriptor.ts'
import { fetchModel, type FetchOptions } from './fetch-model.ts'
import type { ModelEntry } from './history.ts'
import type { Registry, RegistryChange } from './registry.ts'

export interface FollowerOptions {
  readonly log: Log
  readonly topic: string
  readonly registry: Registry
  /** Called for each record that changed the registry, or could not be used, in the order of the topic. */
  readonly onRecord: (result: AppliedRecord) => void
  /** Following failed; it goes on from where it was. */
  readonly onFailure: (error: unknown) => void
}

export interface AppliedRecord {
  readonly partition: number
  readonly offset: bigint
  readonly change: RegistryChange | undefined
  readonly error: SluiceError | undefined
  /** Whether the record was there when the node started. */
  readonly replayed: boolean
}

const RETRY_MS = 500

/** Keeps a registry up to date with the models topic. */
export class RegistryFollower {
  readonly #options: FollowerOptions
  readonly #abort = new AbortController()
  readonly #positions = new Map<number, bigint>()
  readonly #results = new Map<string, AppliedRecord>()
  readonly #waiters = new Set<() => void>()
  readonly #followers = new Map<number, { readonly abort: AbortController; readonly done: Promise<void> }>()

  constructor(options: FollowerOptions) {
    this.#options = options
  }

  /** Reads what is there in all partitions, one after the other, then follows. Resolves when what is there has been applied. */
  async start(): Promise<void> {
    const { log, topic } = this.#options
    const partitions = await log.partitions(topic)
    for (let partition = 0; partition < partitions; partition++) await this.take(partition)
  }

  /** Likewise for one partition. */
  async take(partition: number): Promise<void> {
    if (this.#followers.has(partition)) return
    const { log, topic } = this.#options
    const abort = new AbortController()
    const signal = AbortSignal.any([abort.signal, this.#abort.signal])
    const { first } = await log.offsets({ topic, partition })
    this.#positions.set(partition, first)
    await this.#read(partition, { follow: false, signal })
    this.#followers.set(partition, { abort, done: this.#follow(partition, signal) })
  }

  /** Stops following a partition, and forgets what it told. Returns the data types that are gone with it. */
  async drop(partition: number): Promise<string[]> {
    const follower = this.#followers.get(partition)
    if (follower === undefined) return []
    this.#followers.delete(partition)
    follower.abort.abort()
    await follower.done
    this.#positions.delete(partition)
    return this.#options.registry.drop(partition)
  }

  /** Whether it reads the partition. */
  holds(partition: number): boolean {
    return this.#followers.has(partition)
  }

  /** What became of the record at an offset, as soon as it has been applied. */
  async applied(partition: number, offset: bigint): Promise<AppliedRecord | undefined> {
    while ((this.#positions.get(partition) ?? 0n) <= offset && !this.#abort.signal.aborted) {
      await new Promise<void>((resolve) => this.#waiters.add(resolve))
    }
    return this.#results.get(`${partition}:${offset}`)
  }

  /** The bytes of a version: from its record, or from the location that the record names. */
  async fetch(entry: ModelEntry, options: FetchOptions): Promise<Uint8Array> {
    const { log, topic } = this.#options
    const { partition, offset, location } = entry.source
    if (location !== undefined) return fetchModel(location, options)
    const { first } = await log.offsets({ topic, partition })
    for await (const batch of log.read({ topic, partition, from: offset < first ? first : offset, follow: false, maxBytes: 1 })) {
      const data = dataAt(batch, offset)
      batch.release()
      if (data !== undefined) return data
      break
    }
    throw new SluiceError(
      'model.location.unreachable',
      `the record of ${entry.id} is no longer at offset ${offset} of ${topic}-${partition}`,
    )
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    for (const resume of this.#waiters) resume()
    await Promise.all([...this.#followers.values()].map(({ done }) => done))
  }

  async #follow(partition: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#read(partition, { follow: true, signal })
      } catch (error) {
        this.#options.onFailure(error)
        await pause(RETRY_MS, undefined, { signal }).catch(() => {})
      }
    }
  }

  async #read(partition: number, { follow, signal }: { readonly follow: boolean; readonly signal: AbortSignal }): Promise<void> {
    const { log, topic } = this.#options
    const from = this.#positions.get(partition)!
    for await (const batch of log.read({ topic, partition, from, follow, signal })) {
      for (let i = 0; i < batch.count; i++) {
        const record = {
          partition,
          offset: offsetOf(batch, i),
          timestamp: batch.timestamps[i]!,
          key: keyOf(batch, i),
          value: valueOf(batch, i),
        }
        this.#apply(record, !follow)
      }
      this.#positions.set(partition, batch.nextOffset)
      batch.release()
      for (const resume of this.#waiters) resume()
      this.#waiters.clear()
    }
  }

  #apply(record: Parameters<Registry['apply']>[0], replayed: boolean): void {
    const { registry, onRecord } = this.#options
    const { partition, offset } = record
    let change: RegistryChange | undefined
    let error: SluiceError | undefined
    try {
      change = registry.apply(record)
    } catch (cause) {
      error = asSluiceError(cause, 'model.descriptor.malformed', `the record at offset ${offset} of the models topic can't be used`)
    }
    const result = { partition, offset, change, error, replayed }
    this.#remember(result)
    onRecord(result)
  }

  /** Results are kept for those who published the record and wait for it. */
  #remember(result: AppliedRecord): void {
    this.#results.set(`${result.partition}:${result.offset}`, result)
    if (this.#results.size > 1000) this.#results.delete(this.#results.keys().next().value!)
  }
}

/** The bytes of the model in the record at an offset, in memory of their own. */
function dataAt(batch: Batch, offset: bigint): Uint8Array | undefined {
  for (let i = 0; i < batch.count; i++) {
    const value = offsetOf(batch, i) === offset ? valueOf(batch, i) : undefined
    if (value === undefined) continue
    const command = decodeCommand(value)
    if (command.action === 'publish' && 'data' in command.content) return new Uint8Array(command.content.data)
  }
  return undefined
}
