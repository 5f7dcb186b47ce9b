import type { Clock } from '../core/clock.ts'
import type { SetTimer } from './options.ts'

/** How far the beats are apart, in ms. */
const BEAT_MS = 5
/** So many batches that follow each other within two beats are let pass. */
const BURST = 2
/** Longer ones bring enough at a time. */
const SMALL = 256

export interface BeatOptions {
  readonly clock: Clock
  readonly setTimer: SetTimer
}

/**
 * Lets readers of many partitions go on at the same time where each of them gets little at a time, and often: so what they ask of the log goes together,
 * and each answer brings more. Who gets something now and then does not wait.
 */
export class Beat {
  readonly #options: BeatOptions
  #waiting: (() => void)[] = []

  constructor(options: BeatOptions) {
    this.#options = options
  }

  /** What one reader asks after each batch: resolves when it may go on, at the latest with the next beat; undefined where that is at once. */
  reader(): (count: number) => Promise<void> | undefined {
    let at = -Infinity
    let streak = 0
    return (count) => {
      const now = this.#options.clock.monotonic()
      streak = count < SMALL && now - at < 2 * BEAT_MS ? streak + 1 : 0
      at = now
      return streak < BURST ? undefined : this.#next(now)
    }
  }

  async #next(now: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    // On the same beat, whoever is the first to wait for it.
    if (this.#waiting.length === 1) this.#options.setTimer(BEAT_MS - (now % BEAT_MS), () => this.#goOn())
    return promise
  }

  #goOn(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
