import type { StoredBatch } from '../embedded/store.ts'

const SMALLEST_SWEEP = 64

/** The record batches of one partition by rising offset, without those that a later one with the same key replaced. */
export class CompactedRun {
  #batches: StoredBatch[] = []
  readonly #latest = new Map<string, StoredBatch>()
  #replaced = 0

  push(batch: StoredBatch): void {
    this.#batches.push(batch)
    if (batch.key === undefined) return
    const key = Buffer.from(batch.key).toString('latin1')
    if (this.#latest.has(key)) this.#replaced++
    this.#latest.set(key, batch)
    if (this.#replaced > SMALLEST_SWEEP && this.#replaced * 2 > this.#batches.length) this.#sweep()
  }

  /** The batch that holds the offset, or else the first one after it, and those that follow. */
  *from(offset: bigint): Generator<StoredBatch> {
    let low = 0
    let high = this.#batches.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#batches[middle]!.last < offset) low = middle + 1
      else high = middle
    }
    for (let i = low; i < this.#batches.length; i++) yield this.#batches[i]!
  }

  /** Replaced records stay until they are half of all, so that a record costs constant time on average. */
  #sweep(): void {
    const kept = new Set(this.#latest.values())
    this.#batches = this.#batches.filter((batch) => batch.key === undefined || kept.has(batch))
    this.#replaced = 0
  }
}
