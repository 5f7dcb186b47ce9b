/** Lets readers wait until there is room again. */
export class Gate {
  readonly #isOpen: () => boolean
  #waiting: (() => void)[] = []

  /** `isOpen` says whether one may go on. */
  constructor(isOpen: () => boolean) {
    this.#isOpen = isOpen
  }

  /** Resolves when one may go on, or the signal aborts. */
  async pass(signal: AbortSignal): Promise<void> {
    while (!this.#isOpen() && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#waiting.push(resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
      await promise
    }
  }

  /** Call it whenever there may be room. */
  look(): void {
    if (this.#waiting.length === 0 || !this.#isOpen()) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
