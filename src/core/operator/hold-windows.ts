import type { Clock } from '../clock.ts'

/** What happens to records whose data type has no model yet. */
export interface BeforeModel {
  /** `hold`: the partition waits, for at most `maxMs` per data type; then, and with `reject` at once, they are rejected. */
  readonly do: 'hold' | 'reject'
  readonly maxMs: number
  /** The partition waits only while not more than so many of its records are waiting. */
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

  /** Ends the window at once. */
  expire(dataType: string): void {
    this.#ends.set(dataType, -Infinity)
  }

  /** A model has come: the next time that there is none, a window opens anew. */
  close(dataType: string): void {
    this.#ends.delete(dataType)
  }

  /** How a rejection came about, as the end of a sentence. */
  explain(): string {
    const { do: action, maxMs, maxRecords } = this.#policy
    return action === 'reject' ? '' : `, and its records were held as long as the stream allows (${maxMs} ms, ${maxRecords} records)`
  }
}
