import { type Clock, systemClock } from '../../core/clock.ts'
import type { AnswerValue, Decision, Reason, StrayScore } from '../decisions/decision.ts'
import { keyText } from '../hash/key-text.ts'
import type { Loss } from '../bandits/learner.ts'
import { CompiledPolicy } from '../rules/compiled-policy.ts'
import { ANSWERED, micros, type Moment, Verdict, WAIT } from '../rules/rule.ts'
import type { KnownModels } from '../spec/check-policy.ts'
import { effectiveBudgetMs, type PolicySpec } from '../../core/policy-spec.ts'
import { DueTimes } from './due-times.ts'
import { EarlyScores } from './early-scores.ts'
import { LastKnown } from './last-known.ts'
import { MAILBOX, Mailboxes, type PolicyInForce } from './mailboxes.ts'
import { type Input, type Score, usableConfidence, usableValue } from './score.ts'
import { writeDecision, writeLate } from './write-decision.ts'

export interface RendezvousOptions {
  readonly clock?: Clock
  /** Gets each decision, exactly one for an input. It must not call the rendezvous back, and must not throw. */
  readonly decided: (decision: Decision) => void
  /** Gets each score that had no part in a decision. Likewise. */
  readonly stray?: (score: StrayScore) => void
  /** How long answered inputs are remembered, to know late scores and repeated inputs, and how many; 10 s and 100,000. */
  readonly rememberMs?: number
  readonly maxRemembered?: number
  /** How long scores wait for their input, and how many; 10 s and 100,000. */
  readonly holdMs?: number
  readonly maxHeld?: number
  /** How many inputs may wait; the next one is answered by the default at once. 1,000,000. */
  readonly maxOpen?: number
  /** For how many keys the last answer is remembered, where a policy's default is that; 100,000. */
  readonly maxKeys?: number
}

const NO_POLICY: PolicyInForce = { policy: undefined, epoch: 0 }
const encoder = new TextEncoder()
/** What was known before an input came was known a microsecond before at least, so that its record tells it from what came right after. */
const BEFORE = 1

/**
 * The decision core of deadline-bound serving (Rendezvous §3): inputs and scores go in, in any order, and exactly one decision for each input
 * comes out, at the latest when its time is up. It does no I/O and sets no timer: who drives it calls `advance` at `nextDueMs`. One
 * thread uses it.
 *
 * What is decided depends only on the policy and on when the scores arrived, not on how punctually `advance` was called: steps of a schedule
 * that were missed are made up for in order, and what arrives when time is up is late, though nobody had looked yet.
 */
export class Rendezvous {
  /** Inputs and scores that were there already, and so were ignored. */
  repeated = 0
  readonly options: RendezvousOptions
  readonly mailboxes = new Mailboxes()
  readonly due = new DueTimes()
  readonly early: EarlyScores
  readonly lastKnown: LastKnown
  readonly policies = new Map<string, PolicyInForce>()
  /** Per data type, the models that were taken out of service. */
  readonly outOfService = new Map<string, Set<string>>()
  epoch = 0
  readonly #clock: Clock
  readonly #verdict = new Verdict()
  readonly #moment: Moment = { ballots: this.mailboxes.ballots, row: 0, elapsed: 0, final: false }
  #latest = -Infinity
  /** What is decided while what is on record is gone through again is acted on now only, which is this time. */
  #actsAt: number | undefined

  constructor(options: RendezvousOptions) {
    this.options = options
    this.#clock = options.clock ?? systemClock
    this.early = new EarlyScores(micros(options.holdMs ?? 10_000), options.maxHeld ?? 100_000)
    this.lastKnown = new LastKnown(options.maxKeys ?? 100_000)
  }

  /**
   * Puts a policy in force for inputs of a data type that come from now on; undefined takes it away. Inputs that wait keep the policy that they
   * began with. Bandits go on from what those of the same name have learned. Throws `policy.invalid`, and then nothing has changed.
   */
  setPolicy(dataType: string, spec: PolicySpec | undefined, known?: KnownModels): void {
    const policy = spec === undefined ? undefined : new CompiledPolicy(spec, known)
    this.advance()
    const before = this.policies.get(dataType)?.policy
    if (before !== undefined) policy?.restoreLearners(before.learnerStates())
    this.epoch++
    if (policy === undefined) this.policies.delete(dataType)
    else this.policies.set(dataType, { policy, epoch: this.epoch })
  }

  /** An input has come. Returns the arms whose scores are wanted, as bits (0 where it is answered already), or undefined where it came before. */
  open(input: Input): number | undefined {
    const now = this.advance()
    if (this.mailboxes.find(input.id) !== -1) {
      this.repeated++
      return undefined
    }
    const inForce = this.policies.get(input.dataType) ?? NO_POLICY
    const { policy } = inForce
    const key = input.key === undefined ? undefined : keyText(input.key)
    const budget = micros(effectiveBudgetMs(input.budgetMs, policy?.budgetMs))
    const full = this.mailboxes.open >= (this.options.maxOpen ?? 1_000_000)
    const row = this.mailboxes.add({ id: input.id, dataType: input.dataType, key, inForce, openedAt: now, budget: Math.max(1, budget) })
    this.mailboxes.recovered[row] = this.#actsAt === undefined ? 0 : 1
    const early = this.early.take(input.id)
    if (policy === undefined) this.#conclude(row, now, 'no-policy')
    else {
      const id = encoder.encode(input.id)
      policy.plan({ ballots: this.mailboxes.ballots, row, key: input.key ?? id, id })
      if (full) this.#conclude(row, now, 'overload')
    }
    for (const held of early) this.#put(row, held.score, Math.min(held.at, now - BEFORE), false)
    if (this.mailboxes.state[row] === MAILBOX.open) {
      this.#putRemoved(row, policy!)
      this.#ask(row, 0, { now, final: false })
    }
    return this.mailboxes.state[row] === MAILBOX.open ? this.mailboxes.ballots.asked[row] : 0
  }

  /** An input has come that was answered already, so that scores for it are late, and it is not answered again. */
  openAnswered(input: Input): void {
    const now = this.advance()
    if (this.mailboxes.find(input.id) !== -1) return
    const inForce = this.policies.get(input.dataType) ?? NO_POLICY
    const key = input.key === undefined ? undefined : keyText(input.key)
    const budget = micros(effectiveBudgetMs(input.budgetMs, inForce.policy?.budgetMs))
    const row = this.mailboxes.add({ id: input.id, dataType: input.dataType, key, inForce, openedAt: now, budget: Math.max(1, budget) })
    this.mailboxes.close(row, now)
    for (const held of this.early.take(input.id)) this.#put(row, held.score, Math.min(held.at, now - BEFORE), false)
  }

  /**
   * Goes through what came before a restart again: `replay` moves the clock to when each thing came, and tells of it. Mailboxes that it opens are
   * from before the restart; what is decided on the way is decided by when the scores came, and acted on at `actsAt`, in ms of the clock's
   * monotonic time.
   */
  async recover(actsAt: number, replay: () => Promise<void>): Promise<void> {
    this.#actsAt = micros(actsAt)
    try {
      await replay()
    } finally {
      this.#actsAt = undefined
    }
  }

  /** A score has come, from a model or for a copy of it. */
  score(score: Score): void {
    const now = this.advance()
    const row = this.mailboxes.find(score.id)
    if (row !== -1) this.#put(row, score, now, true)
    else if (!this.early.hold(score, now)) this.repeated++
  }

  /** A model was taken out of service, so that nobody waits for it any more; or it is back, for inputs that come from now on. */
  setInService(dataType: string, model: string, inService: boolean): void {
    const now = this.advance()
    const out = this.outOfService.get(dataType) ?? new Set()
    this.outOfService.set(dataType, out)
    if (inService) out.delete(model)
    if (inService || out.has(model)) return
    out.add(model)
    for (const row of this.mailboxes.used()) {
      const arm = this.mailboxes.inForce[row]!.policy?.armOf(model)
      if (this.mailboxes.state[row] !== MAILBOX.open || this.mailboxes.dataTypes[row] !== dataType || arm === undefined) continue
      if (!this.mailboxes.isEmpty(row, arm)) continue
      const elapsed = now - this.mailboxes.openedAt[row]!
      this.mailboxes.putRemoved(row, arm, elapsed)
      this.#ask(row, elapsed, { now, final: false })
    }
  }

  /** A bandit learns from what an answer lost. False where nothing can be learned from it. */
  learn(dataType: string, bandit: string, loss: Loss): boolean {
    return this.policies.get(dataType)?.policy?.learn(bandit, loss) ?? false
  }

  /** Decides all that is due, and returns the time on the rendezvous' own clock, in microseconds. A clock that steps back stands still here. */
  advance(): number {
    const now = Math.max(this.#latest, micros(this.#clock.monotonic()))
    this.#latest = now
    while (this.due.next <= now) this.#tick(this.due.first, now)
    for (const { score } of this.early.expire(now)) this.#stray(score, 'no-input', -1)
    this.mailboxes.forget(now - micros(this.options.rememberMs ?? 10_000), this.options.maxRemembered ?? 100_000)
    return now
  }

  /** When `advance` must be called at the latest, in milliseconds of the clock's monotonic time; undefined where nothing waits. */
  nextDueMs(): number | undefined {
    const next = Math.min(this.due.next, this.early.next)
    return next === Infinity ? undefined : next / 1000
  }

  /** Sets when a row, whose ticks are done up to `ticked`, is looked at next. */
  schedule(row: number): void {
    const ticked = this.mailboxes.ticked[row]!
    const budget = this.mailboxes.budget[row]!
    const next = this.mailboxes.inForce[row]!.policy?.ticks.find((tick) => tick > ticked) ?? budget
    this.due.set(row, this.mailboxes.openedAt[row]! + Math.min(next, budget))
  }

  #tick(row: number, now: number): void {
    const elapsed = this.due.next - this.mailboxes.openedAt[row]!
    this.mailboxes.ticked[row] = elapsed
    this.#ask(row, elapsed, { now, final: elapsed >= this.mailboxes.budget[row]! })
  }

  /** Asks the rule of a row, and closes it where there is an answer. */
  #ask(row: number, elapsed: number, { now, final }: { now: number; final: boolean }): void {
    const moment = this.#moment
    moment.row = row
    moment.elapsed = elapsed
    moment.final = final
    const result = this.mailboxes.inForce[row]!.policy!.rule.evaluate(moment, this.#verdict)
    const reason = this.#isOverdue(row, now) ? 'recovered' : final ? 'deadline' : result === ANSWERED ? 'in-time' : 'nobody'
    if (result === ANSWERED) this.#conclude(row, now, reason, this.#verdict)
    else if (result === WAIT && !final) this.schedule(row)
    else this.#conclude(row, now, reason)
  }

  #isOverdue(row: number, now: number): boolean {
    return this.mailboxes.recovered[row] === 1 && (this.#actsAt ?? now) - this.mailboxes.openedAt[row]! >= this.mailboxes.budget[row]!
  }

  #conclude(row: number, now: number, reason: Reason, verdict?: Verdict): void {
    this.due.remove(row)
    const fallback = verdict === undefined ? this.#fallback(row) : null
    const elapsedMs = ((this.#actsAt ?? now) - this.mailboxes.openedAt[row]!) / 1000
    const decision = writeDecision(this.mailboxes, row, { verdict, reason, fallback, elapsedMs, at: this.#clock.now() })
    this.mailboxes.close(row, now)
    const key = this.mailboxes.keys[row]
    const remembers = this.mailboxes.inForce[row]!.policy?.default === 'last-known'
    if (remembers && key !== undefined && verdict !== undefined) this.lastKnown.set(decision.dataType, key, decision.value!)
    this.options.decided(decision)
  }

  #fallback(row: number): AnswerValue | null {
    const policy = this.mailboxes.inForce[row]!.policy
    if (policy === undefined || policy.default === 'none') return null
    if (policy.default !== 'last-known') return usableValue(policy.default.value) ?? null
    const key = this.mailboxes.keys[row]
    return key === undefined ? null : (this.lastKnown.get(this.mailboxes.dataTypes[row]!, key) ?? null)
  }

  /** Gives a score to a row, open or closed. */
  #put(row: number, score: Score, at: number, ask: boolean): void {
    const { policy } = this.mailboxes.inForce[row]!
    const arm = policy?.armOf(score.model)
    const elapsed = at - this.mailboxes.openedAt[row]!
    if (arm === undefined) this.#stray(score, policy?.isDecoy(score.model) === true ? 'decoy' : 'not-in-policy', row, elapsed)
    else if (this.mailboxes.isRemoved(row, arm)) this.#stray(score, 'removed', row, elapsed)
    else if (!this.mailboxes.isEmpty(row, arm)) this.repeated++
    else {
      this.mailboxes.put(row, arm, score, elapsed)
      if (this.mailboxes.state[row] === MAILBOX.closed) this.options.stray?.(writeLate(this.mailboxes, row, arm))
      else if (ask) this.#ask(row, elapsed, { now: at, final: false })
    }
  }

  #putRemoved(row: number, policy: CompiledPolicy): void {
    for (const model of this.outOfService.get(this.mailboxes.dataTypes[row]!) ?? []) {
      const arm = policy.armOf(model)
      if (arm !== undefined && this.mailboxes.isEmpty(row, arm)) this.mailboxes.putRemoved(row, arm, -BEFORE)
    }
  }

  #stray(score: Score, why: StrayScore['why'], row: number, elapsed?: number): void {
    const value = usableValue(score.value)
    const confidence = usableConfidence(score.confidence)
    this.options.stray?.({
      id: score.id,
      dataType: row === -1 ? null : this.mailboxes.dataTypes[row]!,
      model: score.model,
      version: score.version ?? null,
      role: null,
      why,
      atMs: elapsed === undefined ? null : elapsed / 1000,
      outcome: value === undefined ? 'failed' : 'scored',
      value: value ?? null,
      confidence: value === undefined || Number.isNaN(confidence) ? null : confidence,
    })
  }
}
