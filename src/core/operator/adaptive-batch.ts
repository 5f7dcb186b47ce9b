/** Of the budget: a frame may have to wait for the one before it. */
const SHARE = 0.5
/** What is left of the size when a frame took too long: what would have fit, but no less than half, since one that was slow by chance says little. */
const LEAST_KEPT = 0.5
const MOST_KEPT = 0.9
/** From so many rows on there is no limit any more. */
const MAX_ROWS = 65_536

/**
 * How many records are given to a model at a time, so that the time of a frame stays within half the budget: less by a factor when one took
 * longer, a little more when one of that size did not. No limit until a frame took too long.
 *
 * Clipper's adaptive batching (Crankshaw et al., NSDI 2017, section 4.3.1).
 */
export class AdaptiveBatch {
  #rows = Infinity

  /** At most; `Infinity` where there is no limit. */
  get rows(): number {
    return this.#rows
  }

  /** Learns from what a frame took. */
  took(rows: number, elapsedMs: number, budgetMs: number): void {
    const mayTakeMs = budgetMs * SHARE
    if (elapsedMs > mayTakeMs) {
      const kept = Math.min(MOST_KEPT, Math.max(LEAST_KEPT, mayTakeMs / elapsedMs))
      this.#rows = Math.max(1, Math.floor(Math.min(rows, this.#rows) * kept))
    } else if (rows >= this.#rows) {
      this.#rows += Math.max(1, this.#rows >> 4)
      if (this.#rows > MAX_ROWS) this.#rows = Infinity
    }
  }
}
