/** Frames of one model that may be with it at a time, where it answers later. */
const MAX_RUNNING = 2
/** Frames that nobody waits for are not taken where so many wait already. */
const MAX_WAITING = 8

/** A frame that waits for its model, or is with it. */
export interface ScoringJob {
  /** Settles when it is scored; `false` where it was cancelled before it began. */
  readonly done: Promise<boolean>
  /** Takes it back where it has not begun. */
  cancel(): void
}

interface Waiting {
  readonly begin: () => Promise<void> | undefined
  readonly settle: PromiseWithResolvers<boolean>
}

/**
 * What one model still has to score. A model that answers at once is never waited for; of one that answers later only a few frames are
 * with it, so that others can be taken back when nobody needs them any more.
 */
export class ScoringQueue {
  #running = 0
  #waiting: Waiting[] = []

  /** Whether no more should be given to it by those who can do without. */
  get isFull(): boolean {
    return this.#waiting.length >= MAX_WAITING
  }

  /** Has a frame scored: undefined where that is done. `begin` does not throw, and its promise does not reject. */
  submit(begin: () => Promise<void> | undefined): ScoringJob | undefined {
    if (this.#running < MAX_RUNNING) {
      const scoring = begin()
      return scoring && { done: this.#track(scoring), cancel: () => {} }
    }
    const waiting: Waiting = { begin, settle: Promise.withResolvers() }
    this.#waiting.push(waiting)
    return {
      done: waiting.settle.promise,
      cancel: () => {
        const at = this.#waiting.indexOf(waiting)
        if (at < 0) return
        this.#waiting.splice(at, 1)
        waiting.settle.resolve(false)
      },
    }
  }

  async #track(scoring: Promise<void>): Promise<boolean> {
    this.#running++
    await scoring
    this.#running--
    this.#next()
    return true
  }

  #next(): void {
    while (this.#running < MAX_RUNNING && this.#waiting.length > 0) {
      const { begin, settle } = this.#waiting.shift()!
      const scoring = begin()
      if (scoring === undefined) settle.resolve(true)
      else settle.resolve(this.#track(scoring))
    }
  }
}
