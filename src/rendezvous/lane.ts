import { type Batch, offsetOf, splitBatch } from '../core/batch.ts'
import { SluiceError } from '../core/errors.ts'
import type { Group, TopicPartition } from '../core/log.ts'
import { MAILBOX } from '../policies/rendezvous/mailboxes.ts'
import type { Beat } from './beat.ts'
import { Decider } from './decider.ts'
import { Gate } from './gate.ts'
import { LaneClock } from './lane-clock.ts'
import { LaneCommits } from './lane-commits.ts'
import { LookBacks } from './look-backs.ts'
import type { RendezvousServerOptions } from './options.ts'
import { Outbox } from './outbox.ts'
import { restore } from './restore.ts'
import type { Tallies } from './tallies.ts'

/** So many records are gone through at one time of the lane's clock. */
const AT_ONCE = 256
const MAX_OUTBOX_BYTES = 16 * 1024 * 1024
const MAX_KEPT_BYTES = 64 * 1024 * 1024
const MAX_LAST_ANSWERS = 200_000

export interface LaneOptions {
  readonly group: Group
  readonly partition: number
  /** The offset of the input to begin at where the log knows nothing of this lane. */
  readonly from: bigint
  /** Called after each commit. */
  readonly onCommit: () => void
  /** What is decided is counted there. */
  readonly tallies: Tallies
  /** By which all lanes read. */
  readonly beat: Beat
}

/**
 * The rendezvous of one partition: reads the input and all scores, decides, and commits results and decisions with what came. It reads no more inputs while
 * too many are open, and no more scores while too many wait for their inputs.
 */
export class Lane {
  readonly partition: number
  readonly #options: RendezvousServerOptions
  readonly #group: Group
  readonly #from: bigint
  readonly #beat: Beat
  readonly #clock: LaneClock
  readonly #outbox: Outbox
  readonly #decider: Decider
  readonly #lookBacks: LookBacks
  readonly #abort = new AbortController()
  readonly #inputs: Gate
  readonly #scores: Gate
  readonly #commits: LaneCommits
  /** Rejects with what stops the lane. */
  readonly #failure = Promise.withResolvers<never>()
  #failed: { readonly error: unknown } | undefined
  readonly #done: Promise<void>
  #timer: (() => void) | undefined
  #timerAt = Infinity

  constructor(options: RendezvousServerOptions, { group, partition, from, onCommit, tallies, beat }: LaneOptions) {
    const { maxOpen, maxHeld } = options
    this.#options = options
    this.#group = group
    this.partition = partition
    this.#from = from
    this.#beat = beat
    this.#clock = new LaneClock(options.clock)
    this.#outbox = new Outbox(options.name)
    this.#lookBacks = new LookBacks(options.log, options.topics, partition)
    const common = { partition, clock: this.#clock, outbox: this.#outbox }
    this.#commits = new LaneCommits(options, {
      ...common,
      group,
      lookBacks: this.#lookBacks,
      settled: () => {
        onCommit()
        if (this.#abort.signal.aborted) return
        this.#clock.move()
        this.#moved()
      },
      failed: (error) => this.#fail(error),
    })
    this.#decider = new Decider(options, { ...common, way: this.#commits.way, tallies })
    const { mailboxes, early } = this.#decider.rendezvous
    const hasRoom = (): boolean => this.#outbox.bytes < MAX_OUTBOX_BYTES
    this.#inputs = new Gate(() => hasRoom() && mailboxes.open < maxOpen && this.#decider.keptBytes < MAX_KEPT_BYTES)
    this.#scores = new Gate(() => hasRoom() && early.size < maxHeld)
    this.#failure.promise.catch(() => {})
    this.#done = this.#run()
    this.#done.catch(() => {})
  }

  /** Settles when the lane was stopped, or rejects with what stopped it. */
  get done(): Promise<void> {
    return this.#done
  }

  /** How many inputs wait. */
  get open(): number {
    return this.#decider.rendezvous.mailboxes.open
  }

  /** Adds how many wait of each data type. */
  countOpen(into: Map<string, number>): void {
    const { state, dataTypes } = this.#decider.rendezvous.mailboxes
    for (let row = 0; row < state.length; row++) {
      if (state[row] === MAILBOX.open) into.set(dataTypes[row]!, (into.get(dataTypes[row]!) ?? 0) + 1)
    }
  }

  /** Takes nothing more, and resolves when what was decided is committed. */
  async stop(): Promise<void> {
    this.#abort.abort()
    using _ = this.#group.hurry()
    await this.#done.catch(() => {})
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    try {
      await this.#restore()
      if (signal.aborted) return
      const readers = this.#decider.topics.map(async (topic) => this.#read(topic, signal))
      this.#arm()
      await Promise.race([Promise.all(readers), this.#failure.promise])
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#abort.abort()
      this.#timer?.()
      this.#timer = undefined
    }
    if (this.#failed === undefined || isFenced(this.#failed.error)) this.#commits.commitReasons()
    // What was not committed before a failure is gone through again.
    if (this.#failed === undefined && this.#commits.next[this.#options.topics.input] !== undefined) this.#commits.commit(true)
    await this.#commits.settled()
    if (this.#failed !== undefined) throw this.#failed.error
  }

  #fail(error: unknown): void {
    this.#failed ??= { error }
    this.#failure.reject(error)
  }

  async #restore(): Promise<void> {
    const { log, topics, clock, policies } = this.#options
    const remembers = Object.values(policies).some((policy) => policy.default === 'last-known')
    const { next, scan } = await restore({
      log,
      topics,
      partition: this.partition,
      clock: this.#clock,
      decider: this.#decider,
      presentMs: clock.monotonic(),
      lastAnswers: remembers ? MAX_LAST_ANSWERS : 0,
    })
    this.#clock.move()
    await this.#lookBacks.start(this.#clock.monotonic(), scan)
    const known = this.#commits.next
    for (const topic of this.#decider.topics) known[topic] = next[topic] ?? Number(await this.#firstOf(topic, scan !== undefined))
    if (scan === undefined) this.#decider.firstInput = known[topics.input]!
    // So that a restart knows from where results tell of this lane.
    this.#commits.commit(true)
  }

  /** Where a topic is begun that this lane has not read yet. One that is new among the others is begun at its end. */
  async #firstOf(topic: string, isLate: boolean): Promise<bigint> {
    const { log, topics } = this.#options
    if (topic === topics.input) return this.#from
    const { first, next } = await log.offsets(this.#place(topic))
    return isLate && topic !== topics.control ? next : first
  }

  #place(topic: string): TopicPartition {
    return { topic, partition: topic === this.#options.topics.control ? 0 : this.partition }
  }

  async #read(topic: string, signal: AbortSignal): Promise<void> {
    const { log, topics } = this.#options
    const gate = topic === topics.input ? this.#inputs : topic === topics.control ? undefined : this.#scores
    const from = BigInt(this.#commits.next[topic]!)
    const mayGoOn = this.#beat.reader()
    for await (const batch of log.read({ ...this.#place(topic), from, follow: true, signal, reuse: true })) {
      for (let rest: Batch | undefined = batch; rest !== undefined && !signal.aborted;) {
        await gate?.pass(signal)
        if (signal.aborted) break
        const [head, more]: [Batch, Batch | undefined] = rest.count > AT_ONCE ? splitBatch(rest, AT_ONCE) : [rest, undefined]
        this.#take(head)
        rest = more
      }
      const { count } = batch
      batch.release()
      await mayGoOn(count)
      if (signal.aborted) return
    }
  }

  /** Goes through records that have just come. */
  #take(batch: Batch): void {
    this.#clock.move()
    const visit = this.#decider.start(batch)
    for (let i = 0; i < batch.count; i++) visit(batch, i)
    const to = Number(batch.nextOffset)
    this.#commits.came({ topic: batch.topic, from: batch.count > 0 ? Number(offsetOf(batch, 0)) : to, to, wall: this.#clock.wall })
    this.#moved()
  }

  /** Something was decided, or will be. */
  #moved(): void {
    this.#commits.commit()
    const settled = async (): Promise<void> => this.#commits.settled(true)
    this.#lookBacks.look(this.#clock, this.#decider, settled).catch((error: unknown) => this.#fail(error))
    this.#inputs.look()
    this.#scores.look()
    this.#arm()
  }

  /** Sets the timer to when something is due. */
  #arm(): void {
    if (this.#abort.signal.aborted) return
    // What is decided before answers can be committed again need not be decided sooner than then.
    const decisionsAt = Math.max(this.#decider.rendezvous.nextDueMs() ?? Infinity, this.#commits.answersAt)
    const due = Math.min(decisionsAt, this.#commits.dueAt)
    if (due >= this.#timerAt || due === Infinity) return
    this.#timer?.()
    this.#timerAt = due
    this.#timer = this.#options.setTimer(Math.max(0, due - this.#options.clock.monotonic()), () => {
      this.#timerAt = Infinity
      this.#timer = undefined
      this.#clock.move()
      this.#decider.rendezvous.advance()
      this.#moved()
    })
  }
}

/** Whether it was the partition that was lost, and the log is there. */
function isFenced(error: unknown): boolean {
  return error instanceof SluiceError && error.code === 'log.fenced'
}
