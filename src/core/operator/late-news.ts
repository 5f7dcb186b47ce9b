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

  add(record: LateRecord): void {
    if (this.#records.length < MAX_RECORDS) this.#records.push(record)
  }

  /** Statistics that have changed. */
  change(statistics: ModelStatistics): void {
    this.#changed.add(statistics)
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
