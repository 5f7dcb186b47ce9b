import type { Clock } from '../core/clock.ts'
import { DurationHistogram } from '../core/histogram.ts'
import type { Decision, StrayScore } from '../policies/decisions/decision.ts'

/** The last seconds are those of two windows: the one that runs, and the one before it. */
const WINDOW_MS = 5000
/** Data types come from records: of more than these, nothing is counted. */
const MAX_DATA_TYPES = 1000
const MAX_MODELS = 100

/** What one model did for one data type, in numbers of inputs. */
export interface ModelTally {
  /** Answers that were its own. */
  chosen: number
  /** Scores that were there when it was decided. */
  scored: number
  failed: number
  /** Scores that came after the answer. */
  late: number
}

/** What became of the inputs of one data type, since this member began. */
export class DataTypeTally {
  /** When the first was answered, in ms since the Unix epoch. */
  readonly since: number
  answered = 0
  late = 0
  /** Answers by why they were given when they were. */
  readonly reasons = new Map<Decision['reason'], number>()
  readonly models = new Map<string, ModelTally>()
  /** From when inputs came to when it was decided. */
  readonly elapsed = new DurationHistogram()

  constructor(since: number) {
    this.since = since
  }

  /** Undefined where there are too many models already. */
  model(name: string): ModelTally | undefined {
    let tally = this.models.get(name)
    if (tally === undefined && this.models.size < MAX_MODELS) this.models.set(name, (tally = { chosen: 0, scored: 0, failed: 0, late: 0 }))
    return tally
  }
}

/** Counts what a server decides: what the node tells of it. All partitions count in one. */
export class Tallies {
  readonly dataTypes = new Map<string, DataTypeTally>()
  readonly #clock: Clock
  #windows: [DurationHistogram, DurationHistogram] = [new DurationHistogram(), new DurationHistogram()]
  /** When the window that runs, and the one before it, began, on the monotonic clock. */
  #began: [number, number]

  constructor(clock: Clock) {
    this.#clock = clock
    const now = clock.monotonic()
    this.#began = [now, now]
  }

  decided({ dataType, reason, model, elapsedMs, scores, at }: Decision): void {
    this.#turn()
    this.#windows[0].record(elapsedMs)
    const tally = this.#of(dataType, at)
    if (tally === undefined) return
    tally.answered++
    tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + 1)
    tally.elapsed.record(elapsedMs)
    for (const score of scores) {
      const one = tally.model(score.model)
      if (one === undefined) continue
      if (score.outcome === 'scored') one.scored++
      else if (score.outcome === 'failed') one.failed++
    }
    const chosen = model === null ? undefined : tally.model(model)
    if (chosen !== undefined) chosen.chosen++
  }

  stray({ dataType, model, why }: StrayScore): void {
    const tally = dataType === null || why !== 'late' ? undefined : this.dataTypes.get(dataType)
    if (tally === undefined) return
    tally.late++
    const one = tally.model(model)
    if (one !== undefined) one.late++
  }

  /** Answers a second over the last seconds, and how long they took. */
  lately(): { readonly rate: number; readonly elapsed: DurationHistogram } {
    this.#turn()
    const elapsed = new DurationHistogram()
    for (const window of this.#windows) elapsed.add(window)
    const seconds = (this.#clock.monotonic() - this.#began[1]) / 1000
    return { rate: seconds > 0 ? elapsed.total / seconds : 0, elapsed }
  }

  #of(dataType: string, at: number): DataTypeTally | undefined {
    let tally = this.dataTypes.get(dataType)
    if (tally === undefined && this.dataTypes.size < MAX_DATA_TYPES) this.dataTypes.set(dataType, (tally = new DataTypeTally(at)))
    return tally
  }

  #turn(): void {
    const now = this.#clock.monotonic()
    if (now < this.#began[0] + WINDOW_MS) return
    const [running, before] = this.#windows
    const isStale = now >= this.#began[0] + 2 * WINDOW_MS
    before.clear()
    if (isStale) running.clear()
    this.#windows = [before, running]
    this.#began = [now, isStale ? now : this.#began[0]]
  }
}
