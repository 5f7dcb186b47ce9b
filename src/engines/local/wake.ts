/** Lets many wait for something to happen, without missing what happens between looking and waiting. */
export class Wake {
  #count = 0
  #waiting = new Set<() => void>()

  fire(): void {
    this.#count++
    const waiting = this.#waiting
    this.#waiting = new Set()
    for (const resume of waiting) resume()
  }

  /** A mark to be taken before looking, and given to `wait`. */
  next(): number {
    return this.#count
  }

  /** Resolves when it has fired since the mark was taken, after `maxMs`, or when the signal aborts. */
  async wait(mark: number, maxMs: number, signal: AbortSignal): Promise<void> {
    if (this.#count !== mark || signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const resume = (): void => resolve()
    const timer = setTimeout(resume, maxMs)
    signal.addEventListener('abort', resume)
    this.#waiting.add(resume)
    await promise
    this.#waiting.delete(resume)
    signal.removeEventListener('abort', resume)
    clearTimeout(timer)
  }
}
