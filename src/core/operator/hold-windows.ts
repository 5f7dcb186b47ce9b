import type { Clock } from '../clock.ts'

/** What happens to records whose data type has no model yet. */
export interface BeforeModel {
  /** `hold`: the partition waits, for at most `maxMs` per data type; then, and with `reject` at once, they are rejected. */
  readonly do: 'hold' | 'reject'
  readonly maxMs: number
  /** Not more than so many records of a partition wait: where more come, those that waited longest are rejected. */
  readonly maxRecords: number
}

/** For each data type without a model, since when its records have been waiting. A window opens at the first record and closes when a model comes. */
export class HoldWindows {
  readonly #policy: BeforeModel
  readonly #clock: Clock
  readonly #ends = new Map<string, number>()

  constructor(policy: BeforeModel, clock: Clock) {
    this.#policy = policy
    this.#clock = clock
  }

  /** For how many more milliseconds records of this data type may wait; 0 where they are to be rejected. */
  remaining(dataType: string): number {
    if (this.#policy.do === 'reject') return 0
    const now = this.#clock.monotonic()
    let end = this.#ends.get(dataType)
    if (end === undefined) this.#ends.set(dataType, (end = now + this.#policy.maxMs))
    return Math.max(0, end - now)
  }

  /** A model has come: the next time that there is none, a window opens anew. */
  close(dataType: string): void {
    this.#ends.delete(dataType)
  }

  /** How a rejection came about, as the end of a sentence. */
  explain(): string {
    const { do: action, maxMs, maxRecords } = this.#policy
    return action === 'reject' ? '' : `, and its records were held as far as the stream allows (for ${maxMs} ms, and ${maxRecords} records)`
  }
}
