/** So much a sample moves the estimate, in ms, where it was exceeded. */
const STEP_MS = 0.5
/** One of so many samples may take longer than the estimate. */
const ONE_OF = 100
/** No more of an input's time is kept for the way to the log. */
const MOST_OF_BUDGET = 0.5

/** How long it takes from when an answer is due to when it is on the log, as measured: all but one of a hundred commits are there by then. */
export class WayToLog {
  #ms = 0

  /** In ms; 0 before anything was measured. */
  get ms(): number {
    return this.#ms
  }

  /** A commit was on the log so long after the first of its answers was due. Takes no memory: the estimate goes up by a step, or down by a small part of one. */
  measured(ms: number): void {
    if (ms > this.#ms) this.#ms += Math.min(STEP_MS, ms - this.#ms)
    else this.#ms = Math.max(0, this.#ms - STEP_MS / (ONE_OF - 1))
  }

  /** What an input has until it must be decided, where its answer is to be on the log within the budget. */
  within(budgetMs: number): number {
    return budgetMs - Math.min(this.#ms, budgetMs * MOST_OF_BUDGET)
  }
}
