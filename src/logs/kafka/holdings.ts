import type { TopicPartition } from '../../core/log.ts'
import type { PartitionHolder } from './membership.ts'
import { keyOf } from './partition-key.ts'

export interface HoldingsOptions {
  /** Tells that the partitions are this member's, unless `stillOwned` leaves some of them out by now; resolves with those that it told of. */
  start(partitions: readonly TopicPartition[], stillOwned: (partition: TopicPartition) => boolean): Promise<readonly TopicPartition[]>
  /** Tells that the partitions, of which `start` told, have to be given up. */
  stop(partitions: readonly TopicPartition[], lost: boolean): Promise<void>
  /** At once when all is lost, whatever else is going on. */
  lost(): Promise<void>
}

/** The partitions that a member has. Who works on them is told of one change after the other. */
export class Holdings implements PartitionHolder {
  readonly #options: HoldingsOptions
  readonly #owned = new Map<string, TopicPartition>()
  /** Those that `start` told of, and `stop` has not. */
  readonly #started = new Set<string>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: HoldingsOptions) {
    this.#options = options
  }

  get owned(): readonly TopicPartition[] {
    return [...this.#owned.values()]
  }

  has(partition: TopicPartition): boolean {
    return this.#owned.has(keyOf(partition))
  }

  async take(partitions: readonly TopicPartition[]): Promise<void> {
    for (const partition of partitions) this.#owned.set(keyOf(partition), partition)
    const stillOwned = (partition: TopicPartition): boolean => this.#owned.get(keyOf(partition)) === partition
    await this.#next(async () => {
      const left = partitions.filter(stillOwned)
      if (left.length < partitions.length && left.length === 0) return
      for (const partition of await this.#options.start(left, stillOwned)) this.#started.add(keyOf(partition))
    })
  }

  async giveUp(partitions: readonly TopicPartition[], lost: boolean): Promise<void> {
    if (lost) {
      for (const partition of partitions) this.#owned.delete(keyOf(partition))
      await this.#options.lost()
    }
    await this.#next(async () => {
      const started = partitions.filter((partition) => this.#started.delete(keyOf(partition)))
      try {
        if (started.length > 0) await this.#options.stop(started, lost)
      } finally {
        if (!lost) for (const partition of partitions) this.#owned.delete(keyOf(partition))
      }
    })
  }

  /** Nothing is this member's any more, and nobody is told. */
  clear(): void {
    this.#owned.clear()
    this.#started.clear()
  }

  async #next(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    await done
  }
}
