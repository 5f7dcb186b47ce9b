import { type Batch, offsetOf, valueOf } from '../core/batch.ts'
import { asSluiceError, SluiceError } from '../core/errors.ts'
import { effectiveBudgetMs } from '../core/policy-spec.ts'
import { obey, readControlMessage } from '../policies/control/control-message.ts'
import type { StrayScore } from '../policies/decisions/decision.ts'
import { Rendezvous } from '../policies/rendezvous/rendezvous.ts'
import type { Input, Score } from '../policies/rendezvous/score.ts'
import { InputReader, keepHeaders, type KeptHeaders } from './input-reader.ts'
import type { LaneClock } from './lane-clock.ts'
import { offsetOfPlace } from './message-id.ts'
import type { RendezvousServerOptions } from './options.ts'
import type { Outbox } from './outbox.ts'
import { ScoreReader } from './score-reader.ts'
import type { Tallies } from './tallies.ts'
import type { WayToLog } from './way-to-log.ts'

/** The shortest time that an input can be given, in ms: it is answered at once then. */
const NO_TIME = 0.001

/** What a topic's records are to a rendezvous: `control` changes it, the input asks it, others say scores. */
export type Visit = (batch: Batch, i: number) => void

export interface DeciderLane {
  readonly partition: number
  readonly clock: LaneClock
  readonly outbox: Outbox
  /** How long answers take to the log; looked at where that counts too. */
  readonly way?: WayToLog
  /** What is decided is counted there, if anywhere. */
  readonly tallies?: Tallies
}

/**
 * What one partition decides: records go in, in the order in which they came, and what is decided goes to the outbox. The same for
 * records as they come and for those that are gone through again after a restart.
 */
export class Decider {
  readonly rendezvous: Rendezvous
  /** The ids of inputs whose results are on the log already, as long as the inputs have not been seen again. */
  readonly answered = new Set<string>()
  /** Inputs before this offset were all answered. */
  firstInput = 0
  /** Scores that had no part in a decision are on the log already. */
  replaying = false
  /** Bytes of headers that open mailboxes keep. */
  keptBytes = 0
  readonly #kept = new Map<string, KeptHeaders>()
  readonly #options: RendezvousServerOptions
  readonly #partition: number
  readonly #clock: LaneClock
  readonly #outbox: Outbox
  readonly #way: WayToLog | undefined
  readonly #tallies: Tallies | undefined
  readonly #inputs: InputReader
  readonly #scores: ScoreReader
  readonly #visits: ReadonlyMap<string, Visit>

  constructor(options: RendezvousServerOptions, lane: DeciderLane) {
    const { topics, scores, failures, policies, rememberMs, holdMs, maxHeld } = options
    this.#options = options
    this.#partition = lane.partition
    this.#clock = lane.clock
    this.#outbox = lane.outbox
    this.#tallies = lane.tallies
    this.#way = options.budgetTo === 'log' ? lane.way : undefined
    this.#inputs = new InputReader(options)
    this.#scores = new ScoreReader({ idHeader: options.idHeader, input: topics.input })
    this.#visits = new Map<string, Visit>([
      ...failures.map((from): [string, Visit] => [from.topic, (batch, i) => this.#score(this.#scores.failure(batch, i, from))]),
      ...scores.map((from): [string, Visit] => [from.topic, (batch, i) => this.#score(this.#scores.score(batch, i, from))]),
      [topics.control, (batch, i) => this.#control(batch, i)],
      [topics.input, (batch, i) => this.#open(batch, i)],
    ])
    this.rendezvous = new Rendezvous({
      clock: lane.clock,
      rememberMs,
      holdMs,
      maxHeld,
      // Inputs that are too many are not read in the first place.
      maxOpen: Infinity,
      decided: (decision) => {
        const kept = this.#kept.get(decision.id)
        if (kept !== undefined) {
          this.#kept.delete(decision.id)
          this.keptBytes -= kept.bytes
        }
        this.#tallies?.decided(decision)
        this.#outbox.decided(decision, kept, this.#clock.monotonic())
      },
      stray: (stray) => this.#stray(stray),
    })
    for (const [dataType, policy] of Object.entries(policies)) this.rendezvous.setPolicy(dataType, policy)
  }

  /** Where inputs and scores come from, in the order in which they are named to operators. */
  get topics(): string[] {
    return [...this.#visits.keys()]
  }

  /** Call it for each batch before its records, and then what it gives for each record. */
  start(batch: Batch): Visit {
    if (batch.topic === this.#options.topics.input) this.#inputs.start(batch)
    return this.#visits.get(batch.topic)!
  }

  #open(batch: Batch, i: number): void {
    const read = this.#inputs.read(batch, i)
    const budgetMs = this.#budget(read, batch.timestamps[i]!)
    const input = budgetMs === undefined ? read : { ...read, budgetMs }
    if (this.answered.delete(input.id)) {
      this.rendezvous.openAnswered(input)
      return
    }
    // One that came before has headers of its own that wait.
    const kept = this.#kept.has(input.id) ? undefined : keepHeaders(batch, i)
    if (kept !== undefined && this.rendezvous.mailboxes.find(input.id) === -1) {
      this.#kept.set(input.id, kept)
      this.keptBytes += kept.bytes
    }
    this.rendezvous.open(input)
  }

  /** What is left of an input's time, where it runs from its timestamp, or up to when the answer is on the log. */
  #budget({ dataType, budgetMs }: Input, timestamp: number): number | undefined {
    const isFromArrival = this.#options.budgetFrom === 'arrival'
    if (isFromArrival && this.#way === undefined) return budgetMs
    const whole = effectiveBudgetMs(budgetMs, this.rendezvous.policies.get(dataType)?.policy?.budgetMs)
    const passed = isFromArrival ? 0 : Math.max(0, this.#clock.wall - timestamp)
    return Math.max(NO_TIME, (this.#way?.within(whole) ?? whole) - passed)
  }

  #score(score: Score | undefined): void {
    if (score === undefined) return
    const { id, model, version, value, confidence } = score
    const offset = this.rendezvous.mailboxes.find(id) === -1 ? offsetOfPlace(id, this.#partition) : undefined
    if (offset === undefined || offset >= this.firstInput) this.rendezvous.score(score)
    else {
      const said = { version: version ?? null, value: value ?? null, confidence: confidence ?? null }
      const outcome = value === undefined ? 'failed' : 'scored'
      this.#stray({ id, dataType: null, model, role: null, why: 'late', atMs: null, outcome, ...said })
    }
  }

  #control(batch: Batch, i: number): void {
    const value = valueOf(batch, i)
    if (value === undefined) return
    try {
      const message = readControlMessage(value, this.#options.readPolicy)
      if (message !== undefined) obey(this.rendezvous, message)
    } catch (error) {
      const place = `the record at offset ${offsetOf(batch, i)} of '${batch.topic}' is left out`
      const cause = asSluiceError(error, 'policy.invalid', place)
      this.#options.observer.ignored(new SluiceError('policy.invalid', `${place}: ${cause.message}`, { cause }))
    }
  }

  #stray(stray: StrayScore): void {
    if (this.replaying) return
    this.#tallies?.stray(stray)
    this.#outbox.stray(stray, this.#clock.now())
  }
}
