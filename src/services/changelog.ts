import { keyOf, valueOf } from '../core/batch.ts'
import { asSluiceError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'

const decoder = new TextDecoder()

/**
 * The last records of all keys of a compacted topic, folded. It reads only when it is asked, and then only what has come since, so it costs
 * nothing while nobody asks.
 */
export class Changelog<T> {
  readonly #log: Log
  readonly #topic: string
  readonly #parse: (value: string) => T
  readonly #known = new Map<string, T>()
  readonly #offsets: bigint[] = []
  #reading: Promise<void> | undefined

  /** What `parse` throws means that a record is not Sluice's. */
  constructor(log: Log, topic: string, parse: (value: string) => T) {
    this.#log = log
    this.#topic = topic
    this.#parse = parse
  }

  /** As they are committed now. Those who ask at the same time share one read. Throws `log.unavailable`, and `log.corrupt`. */
  async read(): Promise<Iterable<T>> {
    this.#reading ??= this.#catchUp().finally(() => (this.#reading = undefined))
    await this.#reading
    return this.#known.values()
  }

  async #catchUp(): Promise<void> {
    const partitions = await this.#log.partitions(this.#topic)
    await Promise.all(Array.from({ length: partitions }, async (_, partition) => this.#readOn(partition)))
  }

  async #readOn(partition: number): Promise<void> {
    const { first } = await this.#log.offsets({ topic: this.#topic, partition })
    const known = this.#offsets[partition] ?? 0n
    const from = known < first ? first : known
    for await (const batch of this.#log.read({ topic: this.#topic, partition, from, follow: false, underWay: 'leave' })) {
      for (let i = 0; i < batch.count; i++) this.#take(keyOf(batch, i), valueOf(batch, i))
      this.#offsets[partition] = batch.nextOffset
      batch.release()
    }
  }

  #take(keyBytes: Uint8Array | undefined, value: Uint8Array | undefined): void {
    try {
      const key = decoder.decode(keyBytes)
      if (value === undefined) this.#known.delete(key)
      else this.#known.set(key, this.#parse(decoder.decode(value)))
    } catch (error) {
      throw asSluiceError(error, 'log.corrupt', `a record of ${this.#topic} is not Sluice's`)
    }
  }
}
