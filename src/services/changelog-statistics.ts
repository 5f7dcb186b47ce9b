import { valueOf } from '../core/batch.ts'
import { asSluiceError } from '../core/errors.ts'
import type { Log, TopicPartition } from '../core/log.ts'
import { ModelStatistics, type StatisticsRecord } from '../core/statistics.ts'

const decoder = new TextDecoder()

/** What one model did in one partition of an input, wherever that is worked on. */
export interface PlacedStatistics extends TopicPartition {
  readonly statistics: ModelStatistics
}

/**
 * The statistics that all members of the group have committed, folded from their changelog topic. It reads only when it is asked,
 * and then only what has come since, so it costs nothing while nobody asks.
 */
export class ChangelogStatistics {
  readonly #log: Log
  readonly #topic: string
  /** By the key of the changelog record. */
  readonly #known = new Map<string, PlacedStatistics>()
  readonly #offsets: bigint[] = []
  #reading: Promise<void> | undefined

  constructor(log: Log, topic: string) {
    this.#log = log
    this.#topic = topic
  }

  /** As they are committed now. Those who ask at the same time share one read. Throws `log.unavailable`. */
  async read(): Promise<Iterable<PlacedStatistics>> {
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
      for (let i = 0; i < batch.count; i++) this.#take(valueOf(batch, i))
      this.#offsets[partition] = batch.nextOffset
      batch.release()
    }
  }

  #take(value: Uint8Array | undefined): void {
    if (value === undefined) return
    try {
      const record = JSON.parse(decoder.decode(value)) as StatisticsRecord & TopicPartition
      const { topic, partition } = record
      const statistics = ModelStatistics.fromJSON(record)
      this.#known.set(`${topic}-${partition}/${statistics.dataType}/${statistics.model}`, { topic, partition, statistics })
    } catch (error) {
      throw asSluiceError(error, 'log.corrupt', `a record of ${this.#topic} is not Sluice's`)
    }
  }
}

/** The statistics of the partitions that are worked on here, which are the newest, and of all others as their owners committed them. */
export async function wholeGroup(here: Iterable<PlacedStatistics>, changelog: ChangelogStatistics | undefined): Promise<ModelStatistics[]> {
  const local = [...here]
  const places = new Set(local.map(placeOf))
  const elsewhere = changelog === undefined ? [] : [...(await changelog.read())].filter((one) => !places.has(placeOf(one)))
  return [...local, ...elsewhere].map(({ statistics }) => statistics)
}

function placeOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
