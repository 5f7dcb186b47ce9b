import type { ArmsPolicy, Decider } from '../arms-policy.ts'
import type { Batch } from '../batch.ts'
import type { Clock } from '../clock.ts'
import { Dictionary } from '../dictionary.ts'
import type { ModelStatistics } from '../statistics.ts'
import type { Timers } from '../timers.ts'
import { type ArmPart, ArmRun } from './arm-run.ts'
import { type CombinedAnswer, CombinedAnswers } from './combined-answer.ts'
import type { Lane } from './lane.ts'
import { callArm, decodeArms, planArms, putUndecoded, takeAnswers, takePart, takeScores } from './run-arms.ts'
import type { ScoringJob } from './scoring-queue.ts'
import { scoreWithStates } from './score-with-states.ts'
import type { ServedPolicy } from './served-policy.ts'
import { splitRun } from './split-run.ts'

export interface LastCombined {
  readonly answer: CombinedAnswer
  readonly statistics: ModelStatistics
  readonly isDefault: boolean
  readonly labels: Dictionary | undefined
  /** The arms that were asked, as bits. */
  readonly asked: number
}

export interface GroupContext {
  readonly batch: Batch
  readonly lane: Lane
  readonly clock: Clock
  readonly timers: Timers
  /** The longest record batch for a state. */
  readonly maxStateBytes: number
  /** Whether decisions are written. */
  readonly decisions: boolean
  /** Told of an arm that is done when the answers have been written already. */
  readonly onLate: (group: PolicyGroup, run: ArmRun) => void
}

/** So much later than the last look a score came, at least: one that comes when time is up is late. */
const MICROSECOND = 0.001

/**
 * The records of one batch that a policy of several arms answers. Models that answer at once are asked one after the other, and their scores
 * are taken in any case; those that answer later overlap, and the batch is over when all of its records are decided, or at the deadline.
 * What comes after that is counted, and frames that have not begun are taken back. Pooled per policy; it is free when no model is at it any more.
 */
export class PolicyGroup {
  type = -1
  dataType = ''
  served!: ServedPolicy
  /** Places in the batch, ascending: `records[0..count)`. */
  records = new Int32Array(32)
  count = 0
  /** Per record of the batch, its place in `records`. */
  positionOf = new Int32Array(32)
  /** Per place: the arms that were asked, as bits. */
  asked = new Uint32Array(32)
  readonly policy: ArmsPolicy
  readonly decider: Decider
  /** One per arm. */
  readonly runs: readonly ArmRun[]
  readonly combined = new CombinedAnswers()
  /** The last answer of several that was written: mostly the next one is its like. */
  lastCombined: LastCombined | undefined
  /** The labels of defaults. */
  defaults = new Dictionary()
  /** The place that is written, while answers are written in the order of the batch. */
  at = 0
  context!: GroupContext
  readonly #recycle: (group: PolicyGroup) => void
  #startedAt = 0
  #tick = 0
  /** When it was looked last whether records are decided, in ms since the start. */
  #lookedMs = -1
  /** Arms that may answer and are not done; and all that are not. */
  #waiting = 0
  #pending = 0
  #phase: 'starting' | 'open' | 'decided' | 'written' | 'abandoned' = 'starting'
  #done: PromiseWithResolvers<void> | undefined
  #stopTimer: (() => void) | undefined
  #onFree: (() => void) | undefined

  constructor(policy: ArmsPolicy, recycle: (group: PolicyGroup) => void) {
    this.policy = policy
    this.decider = policy.createDecider()
    this.runs = policy.arms.map((_, arm) => new ArmRun(arm))
    this.#recycle = recycle
  }

  reset({ type, dataType, served }: Pick<PolicyGroup, 'type' | 'dataType' | 'served'>): void {
    this.type = type
    this.dataType = dataType
    this.served = served
    this.count = 0
    this.at = 0
    this.lastCombined = undefined
    this.#tick = 0
    this.#lookedMs = -1
    this.#waiting = 0
    this.#pending = 0
    this.#phase = 'starting'
    this.#done = undefined
    this.#onFree = undefined
    for (const model of served.arms) model?.loaded.retain()
  }

  add(record: number): void {
    if (this.count === this.records.length) {
      const grown = new Int32Array(this.count * 2)
      grown.set(this.records)
      this.records = grown
    }
    this.records[this.count++] = record
  }

  /** Has the arms score their records. undefined where all records are decided; a promise that settles when they are. */
  start(context: GroupContext): Promise<void> | undefined {
    this.context = context
    this.#startedAt = context.clock.monotonic()
    this.decider.begin(this.count)
    planArms(this)
    decodeArms(this)
    // Those first that answer later: they are at it while the others are.
    const atOnce = this.runs.filter((run) => run.served?.answersLater !== true)
    for (const run of this.runs) if (!atOnce.includes(run)) this.#score(run)
    for (const run of atOnce) this.#score(run)
    return this.#settle()
  }

  /** The answers have been written: what comes from now on is late. */
  written(): void {
    this.#phase = 'written'
  }

  /** Nobody wants the answers, but models may be at it. */
  abandon(): void {
    this.#phase = 'abandoned'
    this.#cancelWaiting(true)
    this.#stopTimer?.()
  }

  /** Gives everything back when no model is at it any more, and calls back then. */
  release(onFree: () => void): void {
    this.#onFree = onFree
    this.#freeIfDone()
  }

  #since(): number {
    return this.context.clock.monotonic() - this.#startedAt
  }

  #score(run: ArmRun): void {
    if (run.count === 0) return
    const served = run.served!
    const listens = this.policy.arms[run.arm]!.role !== 'answer'
    run.scores.reset(served.loaded.model.outputs, run.frame.rows)
    run.settled = false
    this.#pending++
    if (!listens) this.#waiting++
    if (run.frame.rows === 0) this.#arrived(run)
    else if (served.hasState) this.#scoreWithState(run)
    else if (listens && served.queue.isFull) this.#cancelled(run)
    else if (served.cache !== undefined || (!listens && served.answersLater && run.frame.rows > served.batching.rows))
      this.#scoreInParts(run)
    else {
      const job = served.queue.submit(() => callArm(run, served.loaded.model, this.context.clock))
      served.answersLater = job !== undefined
      if (job === undefined) this.#arrived(run)
      else void this.#await(job, { run, scored: run, done: () => this.#arrived(run), cancelled: () => this.#cancelled(run) })
    }
  }

  /** What is remembered is there at once; the rest goes to the model in parts that it can do within the budget. */
  #scoreInParts(run: ArmRun): void {
    const { parts, model } = splitRun(run, this.policy.arms[run.arm]!.role === 'answer')
    if (parts.length === 0) return this.#arrived(run)
    const served = run.served!
    run.partsLeft = parts.length
    putUndecoded(this, run, this.#since())
    for (const part of parts) {
      part.place(run.positions)
      const job = part.isKnown ? undefined : served.queue.submit(() => callArm(part, model, this.context.clock))
      if (!part.isKnown) served.answersLater = job !== undefined
      if (job === undefined) this.#partArrived(run, part)
      else
        void this.#await(job, {
          run,
          scored: part,
          done: () => this.#partArrived(run, part),
          cancelled: () => this.#partCancelled(run, part),
        })
    }
  }

  async #await(job: ScoringJob, { run, scored, done, cancelled }: Awaited): Promise<void> {
    const { batching } = run.served!
    run.jobs.push(job)
    if (!(await job.done)) return cancelled()
    // Nobody waits for those that listen.
    if (this.policy.arms[run.arm]!.role === 'answer') batching.took(scored.frame.rows, scored.elapsedMs, this.policy.budgetMs)
    done()
  }

  #partArrived(run: ArmRun, part: ArmPart): void {
    if (--run.partsLeft === 0) this.#doneWith(run)
    if (this.#phase === 'abandoned') return this.#freeIfDone()
    run.elapsedMs += part.elapsedMs
    const arrivedMs = this.#arrival(run)
    takePart(this, { run, part }, arrivedMs)
    if (this.#phase === 'open') this.#look(arrivedMs, this.#waiting === 0)
    this.#tellIfLate(run)
  }

  #partCancelled(run: ArmRun, part: ArmPart): void {
    run.cancelledRows += part.frame.rows
    if (--run.partsLeft === 0) this.#doneWith(run)
    this.#tellIfLate(run)
  }

  #tellIfLate(run: ArmRun): void {
    if (run.settled && this.#phase === 'written') this.context.onLate(this, run)
    this.#freeIfDone()
  }

  /** Notes that scores of a run come now; answers when that is. */
  #arrival(run: ArmRun): number {
    const sinceMs = this.#since()
    if (this.#phase === 'open') this.#catchUp(sinceMs)
    return (run.arrivedMs = Math.max(sinceMs, this.#lookedMs + MICROSECOND))
  }

  #scoreWithState(run: ArmRun): void {
    const { batch, lane, clock, maxStateBytes } = this.context
    const decide = (arms: ServedArms): Promise<void> | undefined => callArm(run, arms[0]!.model, clock)
    const scoring = scoreWithStates(run, { batch, states: lane.states, maxBytes: maxStateBytes, decide })
    if (scoring === undefined) this.#arrived(run)
    else
      scoring.then(
        () => this.#arrived(run),
        (error: unknown) => {
          this.#doneWith(run)
          this.#done?.reject(error)
          this.abandon()
          this.#freeIfDone()
        },
      )
  }

  #doneWith(run: ArmRun): void {
    run.settled = true
    this.#pending--
    if (this.policy.arms[run.arm]!.role === 'answer') this.#waiting--
  }

  #arrived(run: ArmRun): void {
    this.#doneWith(run)
    if (this.#phase === 'abandoned') return this.#freeIfDone()
    if (this.#phase === 'starting' && this.policy.isSingle && !this.context.decisions) {
      run.arrivedMs = this.#since()
      takeAnswers(this, run)
      this.#phase = 'decided'
      return
    }
    const arrivedMs = this.#arrival(run)
    takeScores(this, run, arrivedMs)
    if (this.#phase === 'open') this.#look(arrivedMs, this.#waiting === 0)
    this.#tellIfLate(run)
  }

  /** It was decided before the arm could begin. */
  #cancelled(run: ArmRun): void {
    this.#doneWith(run)
    run.cancelled = true
    this.#tellIfLate(run)
  }

  /** All arms that answer at once have: decides what can be, and waits for the others. */
  #settle(): Promise<void> | undefined {
    if (this.#phase === 'decided') return undefined
    const sinceMs = this.#since()
    const { ticks, budgetMs } = this.policy
    while (this.#tick < ticks.length && ticks[this.#tick]! <= sinceMs * 1000) this.#tick++
    this.#phase = 'open'
    this.#look(sinceMs, this.#waiting === 0 || sinceMs >= budgetMs)
    if (this.#phase !== 'open') return undefined
    this.#done = Promise.withResolvers()
    this.#schedule(sinceMs)
    return this.#done.promise
  }

  #schedule(sinceMs: number): void {
    const { ticks, budgetMs } = this.policy
    const next = Math.min(this.#tick < ticks.length ? ticks[this.#tick]! / 1000 : Infinity, budgetMs)
    this.#stopTimer = this.context.timers.after(next - sinceMs, () => {
      if (this.#phase !== 'open') return
      const now = this.#since()
      this.#catchUp(now)
      if (this.#phase === 'open') this.#schedule(now)
    })
  }

  /** Does what was due by then in its order: what is decided must not depend on when somebody looks. */
  #catchUp(sinceMs: number): void {
    const { ticks, budgetMs } = this.policy
    while (this.#phase === 'open' && this.#tick < ticks.length && ticks[this.#tick]! / 1000 <= Math.min(sinceMs, budgetMs))
      this.#look(Math.max(this.#lookedMs, ticks[this.#tick++]! / 1000), false)
    if (this.#phase === 'open' && sinceMs >= budgetMs) this.#look(Math.max(this.#lookedMs, budgetMs), true)
  }

  #look(sinceMs: number, final: boolean): void {
    this.#lookedMs = sinceMs
    if (!this.#decide(sinceMs, final)) return
    this.#phase = 'decided'
    this.#stopTimer?.()
    this.#cancelWaiting(false)
    this.#done?.resolve()
  }

  /** Where all have said what they can before the time is up, what time would have brought comes now: a schedule's steps are gone through in their order. */
  #decide(sinceMs: number, final: boolean): boolean {
    const { decider } = this
    const { ticks, budgetMs, hasSchedule } = this.policy
    if (!final || !hasSchedule || sinceMs >= budgetMs) return decider.decide(sinceMs, final)
    if (decider.decide(sinceMs, false)) return true
    for (let at = this.#tick; at < ticks.length && ticks[at]! / 1000 < budgetMs; at++)
      if (decider.decide(sinceMs, false, ticks[at]! / 1000)) return true
    return decider.decide(sinceMs, true)
  }

  /** Takes back what has not begun. Those that listen go on, unless nobody wants anything. */
  #cancelWaiting(all: boolean): void {
    for (const run of this.runs)
      if (!run.settled && (all || this.policy.arms[run.arm]!.role === 'answer')) for (const job of run.jobs) job.cancel()
  }

  #freeIfDone(): void {
    if (this.#pending > 0 || this.#onFree === undefined) return
    const onFree = this.#onFree
    this.#onFree = undefined
    for (const model of this.served.arms) model?.loaded.release()
    for (const run of this.runs) run.served = undefined
    onFree()
    this.#recycle(this)
  }
}

interface Awaited {
  readonly run: ArmRun
  /** What the model is given: all of the run, or a part. */
  readonly scored: ArmRun | ArmPart
  readonly done: () => void
  readonly cancelled: () => void
}

type ServedArms = Parameters<Parameters<typeof scoreWithStates>[1]['decide']>[0]
