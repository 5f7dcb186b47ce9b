import type { Batch } from '../../core/batch.ts'
import type { Group, Log } from '../../core/log.ts'
import type { Lane } from '../../core/operator/lane.ts'
import type { ServingOperator } from '../../core/operator/operator.ts'
import { Work } from '../../core/operator/work.ts'
import type { EngineObserver } from './observer.ts'
import { appendsOf, type StateTopics } from './state-topics.ts'
import type { Wake } from './wake.ts'

export interface RunnerOptions {
  readonly stream: string
  readonly output: string
  readonly topics: StateTopics
  readonly log: Log
  readonly group: Group
  readonly operator: ServingOperator
  readonly observer: EngineObserver
  /** Fires when the models that serve may have changed. */
  readonly modelsChanged: Wake
  readonly maxBatchBytes: number
}

/** How many batches of a partition may be with models that answer later. */
const IN_FLIGHT = 4
const LOOK_AGAIN_MS = 500

/**
 * Works through one partition: reads batches, has them answered, and commits each with its offsets. Batches that models answer
 * later overlap; they are committed in their order all the same.
 */
export class PartitionRunner {
  readonly #options: RunnerOptions
  readonly #lane: Lane
  readonly #abort = new AbortController()
  readonly #done: Promise<void>
  /** The commit of the last batch that has begun. */
  #tail: Promise<void> = Promise.resolve()
  #inFlight = 0

  constructor(lane: Lane, from: bigint, options: RunnerOptions) {
    this.#lane = lane
    this.#options = options
    this.#done = this.#run(from)
    this.#done.catch(() => {})
  }

  get lane(): Lane {
    return this.#lane
  }

  /** Settles when the runner was stopped, or rejects with what stopped it. */
  get done(): Promise<void> {
    return this.#done
  }

  /** Takes no more batches, and resolves when what has begun is committed. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#done.catch(() => {})
  }

  async #run(from: bigint): Promise<void> {
    const { log, maxBatchBytes } = this.#options
    const { topic, partition } = this.#lane
    const { signal } = this.#abort
    try {
      for await (const batch of log.read({ topic, partition, from, follow: true, signal, maxBytes: maxBatchBytes })) {
        const work = await this.#begin(batch)
        if (work === undefined) break
        await this.#enqueue(work)
      }
    } finally {
      await this.#tail
    }
  }

  /** Begins a batch, after waiting for a model where the stream holds its records. Undefined where the runner was stopped meanwhile. */
  async #begin(batch: Batch): Promise<Work | undefined> {
    const { operator, observer, stream, modelsChanged } = this.#options
    let waiting = false
    for (;;) {
      if (this.#abort.signal.aborted) return undefined
      const changed = modelsChanged.next()
      const begun = operator.begin(batch, this.#lane)
      if (begun instanceof Work) {
        if (waiting) observer.held(stream, null)
        return begun
      }
      if (!waiting) observer.held(stream, begun.held)
      waiting = true
      // Batches that have begun must not wait for this one.
      await this.#tail
      if (await this.#isTooLong(batch)) operator.giveUp(begun.held)
      else await modelsChanged.wait(changed, LOOK_AGAIN_MS, this.#abort.signal)
    }
  }

  async #isTooLong(batch: Batch): Promise<boolean> {
    const { next } = await this.#options.log.offsets(this.#lane)
    return Number(next - batch.baseOffset) > this.#options.operator.options.beforeModel.maxRecords
  }

  /** Commits the work after those before it; waits where too many are in flight. */
  async #enqueue(work: Work): Promise<void> {
    if (work.done === undefined && this.#inFlight === 0) return this.#commit(work)
    this.#inFlight++
    const before = this.#tail
    this.#tail = Promise.all([before, work.done])
      .then(() => this.#commit(work))
      .finally(() => {
        this.#inFlight--
      })
    this.#tail.catch(() => this.#abort.abort())
    if (this.#inFlight >= IN_FLIGHT) await this.#tail
    return undefined
  }

  async #commit(work: Work): Promise<void> {
    const { group, output, topics, observer, stream } = this.#options
    const { topic, partition } = this.#lane
    const answers = work.finish()
    await group.commit({
      appends: appendsOf(answers, { output, topics, topic, partition }),
      offsets: [{ topic, partition, next: answers.nextOffset }],
    })
    observer.answered(stream, work, answers)
    work.release()
  }
}
