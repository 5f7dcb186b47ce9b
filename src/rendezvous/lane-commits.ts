import type { Append, Commit, Group } from '../core/log.ts'
import { encodeRecords } from '../core/record-batch-writer.ts'
import { type Arrival, writeArrivals } from './arrivals.ts'
import type { LaneClock } from './lane-clock.ts'
import type { LookBacks } from './look-backs.ts'
import type { RendezvousServerOptions } from './options.ts'
import type { Outbox } from './outbox.ts'
import { WayToLog } from './way-to-log.ts'

/** Commits that are under way, at most: what comes meanwhile shares the next one. */
const COMMITS = { 'exactly-once': 16, 'at-least-once': 4 } as const
/** Answers follow each other no faster: what is decided within that time shares a commit. */
const PACE_MS = 4
/** What came, and why it was decided so, is on record after this time, though nothing was decided. */
const RECORD_MS = 20
/** Where a commit need not say how far the input was read, it does so now and then. */
const OFFSETS_MS = 500

export interface LaneCommitsOptions {
  readonly group: Group
  readonly partition: number
  readonly clock: LaneClock
  readonly outbox: Outbox
  readonly lookBacks: LookBacks
  /** Called when a commit is on the log. */
  readonly settled: () => void
  readonly failed: (error: unknown) => void
}

/**
 * Commits what a lane decides and what came to it. Where a commit is one transaction, all of it goes together; else answers go at once, and what need not be
 * there as fast follows in bulk: decisions, scores that had no part in one, and what came.
 */
export class LaneCommits {
  /** By topic, how far it was read. */
  readonly next: Record<string, number> = {}
  readonly way = new WayToLog()
  readonly #options: RendezvousServerOptions
  readonly #lane: LaneCommitsOptions
  readonly #together: boolean
  readonly #committing = new Set<Promise<void>>()
  #arrivals: Arrival[] = []
  /** When the first thing came or was decided that is not on record; when answers, and offsets, were committed last; on the lane's clock. */
  #dirtySince = Infinity
  #answersAt = -Infinity
  #offsetsAt = -Infinity

  constructor(options: RendezvousServerOptions, lane: LaneCommitsOptions) {
    this.#options = options
    this.#lane = lane
    this.#together = options.guarantee === 'exactly-once'
  }

  /** Records have come, and are gone through. */
  came(arrival: Arrival): void {
    if (arrival.to > arrival.from) this.#arrivals.push(arrival)
    this.next[arrival.topic] = arrival.to
    this.#isDirty()
  }

  /** When answers may be committed again: until then, nobody has to decide anything. */
  get answersAt(): number {
    return this.#answersAt + PACE_MS
  }

  /** When `commit` will find something to do; infinity where only the end of a commit will change that. */
  get dueAt(): number {
    if (this.#isFull) return Infinity
    return Math.min(this.#lane.outbox.answers > 0 ? this.answersAt : Infinity, this.#dirtySince + RECORD_MS)
  }

  /** Commits what is due; `whole`: all there is, and how far was read, in any case. */
  commit(whole = false): void {
    const { clock, outbox } = this.#lane
    if (!outbox.isEmpty) this.#isDirty()
    if (!whole && this.#isFull) return
    const now = clock.monotonic()
    const isRecordDue = whole || now >= this.#dirtySince + RECORD_MS
    const areAnswersDue = outbox.answers > 0 && (isRecordDue || now >= this.answersAt)
    if (whole || (this.#together && (isRecordDue || areAnswersDue))) this.#commitAll()
    else if (!this.#together) {
      if (areAnswersDue) this.#commitAnswers()
      if (isRecordDue) this.#commitRecord()
    }
  }

  /** Why answers that are on the log were given is to be there too, where all else may be refused. */
  commitReasons(): void {
    const { outbox, partition } = this.#lane
    if (this.#together) return
    const appends = outbox.takeReasons(this.#options.topics, partition)
    if (appends.length > 0) this.#send({ appends, offsets: [] }, Infinity)
  }

  /** Resolves when all that was under way is settled; `all`: with what came before the call. */
  async settled(all = false): Promise<void> {
    if (all && this.#dirtySince < Infinity) {
      if (this.#together) this.#commitAll()
      else this.#commitRecord()
    }
    await Promise.allSettled(this.#committing)
  }

  get #isFull(): boolean {
    return this.#committing.size >= COMMITS[this.#options.guarantee]
  }

  #isDirty(): void {
    this.#dirtySince = Math.min(this.#dirtySince, this.#lane.clock.monotonic())
  }

  #commitAnswers(): void {
    const { outbox, partition } = this.#lane
    const { dueSince } = outbox
    this.#answersAt = this.#lane.clock.monotonic()
    this.#send({ appends: outbox.takeAnswers(this.#options.topics, partition), offsets: [] }, dueSince)
  }

  /** Why it was answered, and what came; and now and then how far was read, by itself, as it may be refused. */
  #commitRecord(): void {
    const { topics } = this.#options
    const { partition, clock, outbox } = this.#lane
    const now = clock.monotonic()
    this.#send({ appends: [...outbox.takeReasons(topics, partition), this.#takeArrivals()], offsets: [] }, Infinity)
    if (now < this.#offsetsAt + OFFSETS_MS) return
    this.#offsetsAt = now
    this.#send({ appends: [], offsets: [this.#offset] }, Infinity)
  }

  #commitAll(): void {
    const { topics } = this.#options
    const { partition, clock, outbox } = this.#lane
    const { dueSince } = outbox
    this.#offsetsAt = clock.monotonic()
    if (outbox.answers > 0) this.#answersAt = this.#offsetsAt
    const appends = [...outbox.takeAnswers(topics, partition), ...outbox.takeReasons(topics, partition), this.#takeArrivals()]
    this.#send({ appends, offsets: [this.#offset] }, dueSince)
  }

  get #offset(): Commit['offsets'][number] {
    const { topics } = this.#options
    return { topic: topics.input, partition: this.#lane.partition, next: BigInt(this.next[topics.input]!) }
  }

  #takeArrivals(): Append {
    const { clock, lookBacks, partition } = this.#lane
    const entry = writeArrivals({ scan: lookBacks.scan, next: this.next, arrivals: this.#arrivals })
    this.#arrivals = []
    this.#dirtySince = Infinity
    const recordBatch = encodeRecords([{ timestamp: Math.trunc(clock.now()), value: entry }])
    return { topic: this.#options.topics.changelog, partition, recordBatch }
  }

  /** `dueSince`: when the first of its answers was due. */
  #send(commit: Commit, dueSince: number): void {
    const { clock } = this.#options
    const { group, settled, failed } = this.#lane
    const committing = group.commit(commit).then(
      () => {
        this.#committing.delete(committing)
        if (dueSince < Infinity) this.way.measured(clock.monotonic() - dueSince)
        settled()
      },
      (error: unknown) => {
        this.#committing.delete(committing)
        failed(error)
      },
    )
    this.#committing.add(committing)
  }
}
