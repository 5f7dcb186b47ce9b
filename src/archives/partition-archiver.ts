import type { Assignment, Group, Log } from '../core/log.ts'
import { SluiceError } from '../core/errors.ts'
import type { Destination, Lane } from './lane.ts'

export interface PartitionOptions {
  readonly log: Log
  readonly group: Group
  readonly destination: Destination
  readonly assignment: Assignment
  /** Called once where the partition can't go on. */
  readonly onFailure: (error: unknown) => void
  /** Called where the log does not have records any more that are not archived. */
  readonly onGap: (error: SluiceError) => void
  /** Called when a batch was taken. */
  readonly onProgress: () => void
}

/** What is read at once, and waits in memory for the archive. */
const MAX_BATCH_BYTES = 256 * 1024

/** Has one partition archived, from where it is assigned until it is told to end. */
export class PartitionArchiver {
  readonly #options: PartitionOptions
  readonly #abort = new AbortController()
  readonly #running: Promise<void>
  /** The lane's calls are made one after the other, those of its timer among them. */
  #turn: Promise<unknown> = Promise.resolve()
  #lane: Lane | undefined
  #hasFailed = false

  constructor(options: PartitionOptions) {
    this.#options = options
    this.#running = this.#run().catch((error: unknown) => this.#fail(error))
  }

  /** Ends with what was taken durable and committed; without that where it is too late, or it failed. Never throws. */
  async end(isLost: boolean): Promise<void> {
    this.#abort.abort()
    await this.#running
    if (!isLost && !this.#hasFailed) await this.#inTurn(async (lane) => lane.settle()).catch((error: unknown) => this.#fail(error))
    await this.#lane?.discard()
  }

  async #run(): Promise<void> {
    const { assignment, group, destination } = this.#options
    const { signal } = this.#abort
    const due = (): void => {
      void this.#inTurn(async (lane) => lane.settle()).catch((error: unknown) => this.#fail(error))
    }
    this.#lane = await destination.openLane({ assignment, group, due })
    for (let from = assignment.from; !signal.aborted;) {
      try {
        await this.#read(from)
        return
      } catch (error) {
        if (!(error instanceof SluiceError && error.code === 'log.offset.out-of-range')) throw error
        from = await this.#pass(from, error)
      }
    }
  }

  async #read(from: bigint): Promise<void> {
    const { log, assignment, onProgress } = this.#options
    const { topic, partition } = assignment
    const { signal } = this.#abort
    for await (const batch of log.read({ topic, partition, from, follow: true, signal, maxBytes: MAX_BATCH_BYTES })) {
      try {
        await this.#inTurn(async (lane) => lane.take(batch))
      } finally {
        batch.release()
      }
      onProgress()
    }
  }

  /** Goes on from the first record that the log still has, and says what is missing. */
  async #pass(from: bigint, cause: SluiceError): Promise<bigint> {
    const { log, assignment, onGap } = this.#options
    const { first } = await log.offsets(assignment)
    if (first <= from) throw cause
    const { topic, partition } = assignment
    onGap(
      new SluiceError(
        'log.offset.out-of-range',
        `'${topic}' partition ${partition} has no records from ${from} to ${first - 1n} any more: they are not archived`,
        {
          cause,
          details: { topic, partition, from: String(from), first: String(first) },
        },
      ),
    )
    await this.#inTurn(async (lane) => lane.skip(first))
    return first
  }

  async #inTurn(work: (lane: Lane) => Promise<void>): Promise<void> {
    const lane = this.#lane
    const mine = this.#turn.then(async () => {
      if (lane !== undefined && !this.#hasFailed) await work(lane)
    })
    this.#turn = mine.catch(() => {})
    return mine
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    this.#abort.abort()
    this.#options.onFailure(error)
  }
}
