import type { FrameBuffer } from '../frame.ts'
import { Outcomes } from '../outcomes.ts'
import type { CacheCounts } from '../statistics.ts'
import { Group } from './group.ts'
import { PartFrame } from './part-frame.ts'
import type { ScoringJob } from './scoring-queue.ts'
import { Scores } from '../scores.ts'
import type { ServedModel } from './served-model.ts'

/** The records of one batch that one arm of a policy scores. Its failures are its own: others may answer the records. */
export class ArmRun extends Group {
  readonly arm: number
  readonly outcomes = new Outcomes()
  /** Per row of the frame, the place of its record among those that the policy decides. */
  positions = new Int32Array(0)
  /** Whether it has nothing more to do. */
  settled = true
  /** Whether it was taken back before it began. */
  cancelled = false
  /** When its scores came, in ms since the batch arrived. */
  arrivedMs = 0
  /** What its model has been given of it. */
  readonly jobs: ScoringJob[] = []
  /** Where it is scored in parts: how many are not done; and the rows of those that were taken back. */
  partsLeft = 0
  /** Whether the scores of some of them are there. */
  hasSome = false
  cancelledRows = 0
  /** What the cache did for it. */
  readonly cached: CacheCounts = { hits: 0, misses: 0, coalesced: 0 }
  /** Room for the places of its rows in its frame. */
  places = new Int32Array(0)
  readonly #parts: ArmPart[] = []
  #partsUsed = 0
  readonly #own: FrameBuffer

  constructor(arm: number) {
    super()
    this.arm = arm
    this.#own = this.frame
  }

  /** Forgets the batch before; `records` is how many that of now has. */
  begin(records: number): void {
    this.outcomes.reset(records)
    this.frame = this.#own
    this.settled = true
    this.cancelled = false
    this.jobs.length = 0
    this.cancelledRows = 0
    this.hasSome = false
    this.arrivedMs = 0
    this.#partsUsed = 0
    this.cached.hits = this.cached.misses = this.cached.coalesced = 0
  }

  /** Another part of it, for some of its rows: its own frame and scores, so that they may come before those of others. */
  nextPart(): ArmPart {
    const part = (this.#parts[this.#partsUsed++] ??= new ArmPart())
    part.served = this.served
    part.elapsedMs = 0
    part.failed = false
    return part
  }

  /** Takes all these records. */
  take(records: Int32Array, count: number): void {
    if (this.records.length < count) this.records = new Int32Array(Math.max(count, this.records.length * 2))
    this.records.set(records.subarray(0, count))
    this.count = count
  }

  /** Uses the frame of another arm, which reads the same records in the same way. */
  share(other: ArmRun): void {
    this.frame = other.frame
    if (other.outcomes.rejections === 0) return
    for (let i = 0; i < this.count; i++) {
      const record = this.records[i]!
      if (other.outcomes.rejected[record] === 1) this.outcomes.reject(record, other.outcomes.error(record)!)
    }
  }

  /** Notes where the rows of the frame are among the records of the policy. */
  place(positionOf: Int32Array): void {
    const { rows, records } = this.frame
    if (this.positions.length < rows) this.positions = new Int32Array(Math.max(rows, this.positions.length * 2))
    for (let row = 0; row < rows; row++) this.positions[row] = positionOf[records[row]!]!
  }
}

/** Some rows of what an arm scores. Pooled with its run. */
export class ArmPart {
  served: ServedModel | undefined
  readonly frame = new PartFrame()
  readonly scores = new Scores()
  /** Per row, the place of its record among those that the policy decides. */
  positions = new Int32Array(0)
  elapsedMs = 0
  failed = false
  /** Whether its scores are there already. */
  isKnown = false

  /** Notes where its rows are; `of` says it for all rows of the frame that they are of. */
  place(of: Int32Array): void {
    const { rows, places } = this.frame
    if (this.positions.length < rows) this.positions = new Int32Array(rows)
    for (let row = 0; row < rows; row++) this.positions[row] = of[places[row]!]!
  }
}
