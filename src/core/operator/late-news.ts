import type { ModelStatistics } from '../statistics.ts'

/** A record for the topic of decisions that came after its batch was committed. */
export interface LateRecord {
  readonly timestamp: number
  /** The id of the input. */
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** More records are not kept until the next commit; they are counted all the same. */
const MAX_RECORDS = 100_000

/** What models said when their batch was over already: it goes into the next commit of the lane. */
export class LateNews {
  #records: LateRecord[] = []
  readonly #changed = new Set<ModelStatistics>()
  /** Told when there is something, after there was nothing. */
  onNews: (() => void) | undefined
  #closed = false

  get isClosed(): boolean {
    return this.#closed
  }

  get isEmpty(): boolean {
    return this.#changed.size === 0 && this.#records.length === 0
  }

  add(record: LateRecord): void {
    if (this.#records.length < MAX_RECORDS) this.#records.push(record)
  }

  /** Statistics that have changed. */
  change(statistics: ModelStatistics): void {
    const wasEmpty = this.isEmpty
    this.#changed.add(statistics)
    if (wasEmpty) this.onNews?.()
  }

  /** Nothing more is committed of the lane: what comes now must not be counted, so that what was counted is what is on the log. */
  close(): void {
    this.#closed = true
  }

  /** Hands over what there is, once. */
  take(changed: Set<ModelStatistics>): readonly LateRecord[] {
    for (const statistics of this.#changed) changed.add(statistics)
    this.#changed.clear()
    const records = this.#records
    if (records.length > 0) this.#records = []
    return records
  }
}
