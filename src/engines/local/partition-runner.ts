import { type Batch, offsetOf, splitBatch } from '../../core/batch.ts'
import type { Group, Log } from '../../core/log.ts'
import type { Answers } from '../../core/operator/answers.ts'
import type { Lane } from '../../core/operator/lane.ts'
import type { ServingOperator } from '../../core/operator/operator.ts'
import { Work } from '../../core/operator/work.ts'
import { LaneSnapshots, type SnapshotStore } from './lane-snapshot.ts'
import type { EngineObserver } from './observer.ts'
import { appendsOf, changelogOf, type StateTopics } from './state-topics.ts'
import type { CommitBudget } from './commit-budget.ts'
import type { Wake } from './wake.ts'

export interface RunnerOptions {
  readonly stream: string
  readonly output: string
  /** Where decisions of policies go, if anywhere. */
  readonly decisions?: string | undefined
  readonly topics: StateTopics
  readonly log: Log
  readonly group: Group
  readonly operator: ServingOperator
  readonly observer: EngineObserver
  /** Fires when the models that serve may have changed. */
  readonly modelsChanged: Wake
  readonly maxBatchBytes: number
  /** What all partitions together have handed over to be committed. */
  readonly budget: CommitBudget
  readonly snapshots?: SnapshotStore
  /** Called after each commit. */
  readonly onCommit: () => void
}

/** How many batches of a partition may be with models that answer later. */
const IN_FLIGHT = 4
/** And of those that are over by a deadline: a batch that waited for one of them would have less time, or be late. */
const TIMED_IN_FLIGHT = 256
/** Records that are held are looked at again after this time, since more of them may be waiting than the stream allows. */
const LOOK_AGAIN_MS = 500
/** What came too late for its batch waits so long for another batch to take it along. */
const LATE_WAITS_MS = 1000

/** A batch on its way to the log. Neither promise has to be waited for. */
interface Committing {
  /** Settles when its commit was made, so that the next one may be. */
  readonly handed: Promise<void>
  /** Settles when it is durable. */
  readonly settled: Promise<void>
}

interface Begun {
  readonly work: Work
  /** What of the batch is still to be begun. */
  readonly rest: Batch | undefined
}

/**
 * Works through one partition: reads batches, has them answered, and commits each with its offsets. Batches that models answer
 * later overlap; they are committed in their order all the same, and none after one whose commit failed.
 */
export class PartitionRunner {
  readonly #options: RunnerOptions
  readonly #lane: Lane
  readonly #snapshots: LaneSnapshots | undefined
  readonly #abort = new AbortController()
  readonly #done: Promise<void>
  /** The batches that have begun, in their order, as long as they are not settled. */
  readonly #inFlight: Committing[] = []
  /** How many of them are with models. */
  #scoring = 0
  /** The batch that has begun last. */
  #last: Committing = { handed: Promise.resolve(), settled: Promise.resolve() }
  /** Where the lane goes on after what was committed last. */
  #next: bigint
  #lateTimer: NodeJS.Timeout | undefined

  constructor(lane: Lane, from: bigint, options: RunnerOptions) {
    this.#lane = lane
    this.#options = options
    this.#next = from
    const { log, topics, snapshots: store } = options
    this.#snapshots = store && new LaneSnapshots({ log, lane, topics, store })
    lane.late.onNews = () => this.#lateSoon()
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
    using _ = this.#options.group.hurry()
    await this.#done.then(
      () => this.#snapshots?.last(),
      () => {},
    )
  }

  async #run(from: bigint): Promise<void> {
    const { log, maxBatchBytes } = this.#options
    const { topic, partition } = this.#lane
    const { signal } = this.#abort
    try {
      for await (const batch of log.read({ topic, partition, from, follow: true, signal, reuse: true, maxBytes: maxBatchBytes })) {
        if (!(await this.#answer(batch))) break
      }
    } finally {
      this.#lane.late.onNews = undefined
      clearTimeout(this.#lateTimer)
      await this.#last.settled
    }
    await this.#commitLate(true)
  }

  /** Where no batch comes meanwhile that takes it along, what is late is committed by itself. */
  #lateSoon(): void {
    this.#lateTimer ??= setTimeout(() => {
      this.#lateTimer = undefined
      if (this.#inFlight.length > 0) this.#lateSoon()
      else void this.#commitLate(false).catch(() => this.#abort.abort())
    }, LATE_WAITS_MS)
  }

  /** After what has begun, so that its offsets are never behind those of a batch. What comes after the last time is not counted any more. */
  async #commitLate(isLast: boolean): Promise<void> {
    const { operator } = this.#options
    const settled = this.#last.settled.then(async () => {
      const answers = operator.late(this.#lane, this.#next)
      if (isLast) this.#lane.late.close()
      if (answers !== undefined) await this.#append(answers)
    })
    settled.catch(() => {})
    // Batches that come meanwhile are committed after it.
    this.#last = { handed: settled, settled }
    return settled
  }

  /** Has a batch answered, in one piece or, where some of it may not wait, in several. False where the runner was stopped meanwhile. */
  async #answer(batch: Batch): Promise<boolean> {
    const preparing = this.#options.operator.prepare(batch)
    if (preparing !== undefined && !(await this.#unlessStopped(preparing, batch))) return false
    for (let rest: Batch | undefined = batch; rest !== undefined;) {
      const begun: Begun | undefined = await this.#begin(rest)
      if (begun === undefined) return false
      await this.#enqueue(begun.work)
      rest = begun.rest
    }
    return true
  }

  /** Waits for what a batch needs before it can begin, and gives it back where that fails, or the runner was stopped meanwhile: then false. */
  async #unlessStopped(preparing: Promise<void>, batch: Batch): Promise<boolean> {
    const { signal } = this.#abort
    const stopped = Promise.withResolvers<false>()
    const stop = (): void => stopped.resolve(false)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    let ready = false
    try {
      ready = await Promise.race([preparing.then(() => true), stopped.promise])
      return ready
    } finally {
      signal.removeEventListener('abort', stop)
      if (!ready) batch.release()
    }
  }

  /** Begins a batch, after waiting for a model where the stream holds its records. Undefined where the runner was stopped meanwhile. */
  async #begin(batch: Batch): Promise<Begun | undefined> {
    const { operator, modelsChanged } = this.#options
    let waiting = false
    try {
      while (!this.#abort.signal.aborted) {
        const mark = modelsChanged.next()
        const begun = operator.begin(batch, this.#lane)
        if (begun instanceof Work) return { work: begun, rest: undefined }
        if (!waiting) this.#tellHeld(begun.held)
        waiting = true
        // Batches that have begun must not wait for this one.
        await this.#last.settled
        const tooMany = await this.#excess(batch)
        if (tooMany > 0) return this.#beginWithout(batch, tooMany)
        await modelsChanged.wait(mark, Math.min(begun.forMs, LOOK_AGAIN_MS), this.#abort.signal)
      }
      await this.#last.settled
      batch.release()
      return undefined
    } finally {
      if (waiting) this.#tellHeld(null)
    }
  }

  /** Begins the first records of a batch without waiting for models. */
  #beginWithout(batch: Batch, count: number): Begun {
    const [head, rest] = count < batch.count ? splitBatch(batch, count) : [batch, undefined]
    return { work: this.#options.operator.begin(head, this.#lane, false) as Work, rest }
  }

  #tellHeld(dataType: string | null): void {
    this.#options.observer.held(this.#options.stream, this.#lane.partition, dataType)
  }

  /** How many of the batch's records are more than may wait. */
  async #excess(batch: Batch): Promise<number> {
    const { next } = await this.#options.log.offsets(this.#lane)
    const { maxRecords } = this.#options.operator.options.beforeModel
    let count = 0
    while (count < batch.count && Number(next - offsetOf(batch, count)) > maxRecords) count++
    return count
  }

  /** Sees to it that the work is committed after those before it, and waits where too much is in flight. */
  async #enqueue(work: Work): Promise<void> {
    const { group, budget } = this.#options
    const committing = this.#commitAfter(this.#last, work)
    this.#last = committing
    this.#inFlight.push(committing)
    const bytes = work.batch.bytes.length
    budget.take(bytes)
    const settled = (): void => {
      budget.give(bytes)
      this.#inFlight.shift()
    }
    committing.settled.then(settled, settled)
    committing.settled.catch(() => this.#abort.abort())
    if (work.done === undefined && !group.overlapping && this.#inFlight.length === 1) await committing.settled
    const most = work.isTimed ? TIMED_IN_FLIGHT : IN_FLIGHT
    while (this.#inFlight.length > 0 && (this.#scoring >= most || budget.exceeded)) await this.#inFlight[0]!.settled
  }

  /** Fails, without a commit, where the one before did. The work is released in any case. */
  #commitAfter(before: Committing, work: Work): Committing {
    const handed = Promise.withResolvers<void>()
    handed.promise.catch(() => {})
    let released = false
    const release = (): void => {
      if (!released) work.release()
      released = true
    }
    const settled = (async () => {
      this.#scoring++
      try {
        try {
          await (this.#options.group.overlapping ? before.handed : before.settled)
        } finally {
          // The models may still be at it where the one before failed.
          await work.done
          this.#scoring--
        }
        const committed = this.#commit(work, release)
        handed.resolve()
        await committed
      } catch (error) {
        handed.reject(error)
        throw error
      } finally {
        release()
      }
    })()
    return { handed: handed.promise, settled }
  }

  /** Releases the work as soon as its answers are on the log. */
  async #commit(work: Work, release: () => void): Promise<void> {
    const { observer, stream, onCommit } = this.#options
    const answers = work.finish()
    this.#next = answers.nextOffset
    let isDone = false
    const done = (): void => {
      if (isDone) return
      isDone = true
      observer.answered(stream, work, answers)
      onCommit()
      release()
    }
    await this.#append(answers, done)
    done()
  }

  /** Commits what was answered. */
  async #append(answers: Answers, onAppended?: () => void): Promise<void> {
    const { group, output, decisions, topics } = this.#options
    const { topic, partition } = this.#lane
    const save = this.#snapshots?.capture()
    const places = { output, decisions, topics, topic, partition }
    await group.commit({
      appends: appendsOf(answers, places),
      changelog: changelogOf(answers, places),
      offsets: [{ topic, partition, next: answers.nextOffset }],
      ...(onAppended && { onAppended }),
    })
    save?.()
  }
}
