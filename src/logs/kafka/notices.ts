/**
 * What a member has to act on. `target`: it has other partitions to own. `rebalancing`: it has to join again. `lost`: its partitions are
 * other members' already. An error: the membership has failed for good. `leaving`: it wants to leave.
 */
export type Notice = 'target' | 'rebalancing' | 'lost' | 'leaving' | Error

/** What the heartbeats of a member learned and it has not acted on yet: of several, only the gravest. */
export class Notices {
  readonly #leaving: AbortSignal
  #pending: Exclude<Notice, 'leaving'> | undefined
  #raised = Promise.withResolvers<void>()

  constructor(leaving: AbortSignal) {
    this.#leaving = leaving
    leaving.addEventListener('abort', () => this.#raised.resolve(), { once: true })
  }

  raise(notice: Exclude<Notice, 'leaving'>): void {
    if (this.#pending !== undefined && gravity(this.#pending) >= gravity(notice)) return
    this.#pending = notice
    this.#raised.resolve()
  }

  /** Forgets a notice that what was done since has settled. */
  settle(notice: 'target' | 'rebalancing' | 'lost'): void {
    if (this.#pending === notice) this.#pending = undefined
  }

  async next(): Promise<Notice> {
    while (this.#pending === undefined && !this.#leaving.aborted) {
      await this.#raised.promise
      if (!this.#leaving.aborted) this.#raised = Promise.withResolvers()
    }
    const notice = this.#pending
    this.#pending = undefined
    if (notice === undefined || notice === 'target' || notice === 'rebalancing') return this.#leaving.aborted ? 'leaving' : notice!
    return notice
  }
}

function gravity(notice: Notice): number {
  if (typeof notice !== 'string') return 3
  return notice === 'lost' ? 2 : 1
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
