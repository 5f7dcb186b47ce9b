import { setTimeout as pause } from 'node:timers/promises'
import type { SluiceError } from '../core/errors.ts'
import { LastingMember, type MemberWork } from '../core/lasting-member.ts'
import type { Log } from '../core/log.ts'
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

const LAST_RETRY_MS = 30_000
/** So long an end waits for what is being written; what takes longer is done again after the next start. */
const STOP_LIMIT_MS = 5000

/**
 * Archives the records of one topic as they were seen, as a consumer of its own that nobody waits for. Whatever fails (a disk that is
 * full, a broker that is away), it begins again from what was committed, until it is stopped.
 */
export class Archive {
  readonly #options: ArchiveOptions
  readonly #member: LastingMember

  constructor(options: ArchiveOptions) {
    this.#options = options
    const { log, group, input, destination, onFailure } = options
    this.#member = new LastingMember({
      log,
      group,
      topics: [input],
      guarantee: destination.isTransactional ? 'exactly-once' : 'at-least-once',
      work: () => this.#work(),
      failed: onFailure,
      maxRetryMs: LAST_RETRY_MS,
    })
  }

  /** Completes what is open, commits it, and resolves; in bounded time, whatever the disk does. Never throws. */
  async stop(): Promise<void> {
    const late = new AbortController()
    await Promise.race([this.#member.stop(), pause(STOP_LIMIT_MS, undefined, { signal: late.signal }).catch(() => {})])
    late.abort()
    await this.#options.destination.close()
  }

  #work(): MemberWork {
    const { log, input: topic, destination, onGap } = this.#options
    const archivers = new Map<number, PartitionArchiver>()
    return {
      assigned: (assignments, group, onFailure) => {
        for (const assignment of assignments) {
          const options = { log, group, destination, assignment, onFailure, onGap }
          archivers.set(assignment.partition, new PartitionArchiver({ ...options, onProgress: () => this.#member.progressed() }))
        }
      },
      revoked: async (partitions, isLost) => {
        await Promise.all(
          partitions.map(async ({ partition }) => {
            const archiver = archivers.get(partition)
            archivers.delete(partition)
            await archiver?.end(isLost)
          }),
        )
      },
      get owned() {
        return [...archivers.keys()].map((partition) => ({ topic, partition }))
      },
    }
  }
}
