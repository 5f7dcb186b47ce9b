import { setTimeout as pause } from 'node:timers/promises'
import type { SluiceError } from '../core/errors.ts'
import type { Group, GroupListener, Log, TopicPartition } from '../core/log.ts'
import type { Destination } from './lane.ts'
import { PartitionArchiver } from './partition-archiver.ts'

export interface ArchiveOptions {
  readonly name: string
  readonly log: Log
  /** A consumer group of its own: where the archive is says nothing of where others are. */
  readonly group: string
  /** The topic whose records are archived. */
  readonly input: string
  readonly destination: Destination
  /** Told that it could not go on, and when it tries again. */
  readonly onFailure: (error: unknown, retryInMs: number) => void
  /** Told of records that went from the log before they were archived. */
  readonly onGap: (error: SluiceError) => void
}

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 30_000
/** So long an end waits for what is being written; what takes longer is done again after the next start. */
const STOP_LIMIT_MS = 5000

/**
 * Archives the records of one topic as they were seen, as a consumer of its own that nobody waits for. Whatever fails (a disk that is
 * full, a broker that is away), it begins again from what was committed, until it is stopped.
 */
export class Archive {
  readonly #options: ArchiveOptions
  readonly #abort = new AbortController()
  readonly #done: Promise<void>
  #retryMs = FIRST_RETRY_MS

  constructor(options: ArchiveOptions) {
    this.#options = options
    this.#done = this.#run()
  }

  /** Completes what is open, commits it, and resolves; in bounded time, whatever the disk does. Never throws. */
  async stop(): Promise<void> {
    this.#abort.abort()
    const late = new AbortController()
    await Promise.race([this.#done, pause(STOP_LIMIT_MS, undefined, { signal: late.signal }).catch(() => {})])
    late.abort()
    await this.#options.destination.close()
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    while (!signal.aborted) {
      try {
        await this.#session(signal)
      } catch (error) {
        if (signal.aborted) return
        this.#options.onFailure(error, this.#retryMs)
        await pause(this.#retryMs, undefined, { signal, ref: false }).catch(() => {})
        this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS)
      }
    }
  }

  /** One membership: ends when the archive is stopped, or throws what ended it. */
  async #session(signal: AbortSignal): Promise<void> {
    const { log, group: name, input, destination } = this.#options
    const failure = Promise.withResolvers<never>()
    failure.promise.catch(() => {})
    const partitions = new Map<number, PartitionArchiver>()
    const joined = Promise.withResolvers<Group>()
    const end = async (which: readonly TopicPartition[], isLost: boolean): Promise<void> => {
      await Promise.all(
        which.map(async ({ partition }) => {
          const archiver = partitions.get(partition)
          partitions.delete(partition)
          await archiver?.end(isLost)
        }),
      )
    }
    const listener: GroupListener = {
      assigned: async (assignments) => {
        const group = await joined.promise
        for (const assignment of assignments) {
          const options = { log, group, destination, assignment, onFailure: failure.reject, onGap: this.#options.onGap }
          partitions.set(assignment.partition, new PartitionArchiver({ ...options, onProgress: () => (this.#retryMs = FIRST_RETRY_MS) }))
        }
      },
      revoked: end,
      failed: failure.reject,
    }
    const guarantee = destination.isTransactional ? 'exactly-once' : 'at-least-once'
    const group = await log.join({ group: name, topics: [input], guarantee, listener })
    joined.resolve(group)
    const stopped = Promise.withResolvers<void>()
    const stop = (): void => stopped.resolve()
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    try {
      await Promise.race([stopped.promise, failure.promise])
    } finally {
      signal.removeEventListener('abort', stop)
      await end(
        [...partitions.keys()].map((partition) => ({ topic: input, partition })),
        false,
      )
      await group.leave()
    }
  }
}
