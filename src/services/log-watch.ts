import type { Log, TopicPartition } from '../core/log.ts'

/** How long a log may take to answer a look at it before it counts as not answering. */
const PATIENCE_MS = 1000

/**
 * Looks at the ends of partitions for those who watch the node, and never waits long: while the log does not answer, it gives what
 * it saw last.
 */
export class LogWatch {
  readonly #log: Log
  readonly #seen = new Map<string, bigint>()
  readonly #asking = new Map<string, Promise<void>>()
  #answers = true

  constructor(log: Log) {
    this.#log = log
  }

  /** Whether the log answered when it was last looked at. */
  get answers(): boolean {
    return this.#answers
  }

  /** The offset that the partition's next record will get, as far as it is known. */
  async next(partition: TopicPartition): Promise<bigint> {
    const key = `${partition.topic}-${partition.partition}`
    const asking = this.#asking.get(key) ?? this.#ask(key, partition)
    this.#answers = await inTime(asking)
    return this.#seen.get(key) ?? 0n
  }

  async #ask(key: string, partition: TopicPartition): Promise<void> {
    const asking = this.#log.offsets(partition).then(({ next }) => void this.#seen.set(key, next))
    this.#asking.set(key, asking)
    try {
      await asking
    } finally {
      this.#asking.delete(key)
    }
  }
}

/** Whether the work is done in time and without an error. */
async function inTime(work: Promise<void>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), PATIENCE_MS)
  work.then(
    () => resolve(true),
    () => resolve(false),
  )
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}
