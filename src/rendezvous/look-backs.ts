import type { Log } from '../core/log.ts'
import { MAILBOX } from '../policies/rendezvous/mailboxes.ts'
import type { ScanFrom } from './arrivals.ts'
import type { Decider } from './decider.ts'
import type { LaneClock } from './lane-clock.ts'
import type { RendezvousTopics } from './options.ts'

const EVERY_MS = 500

interface LookBack extends ScanFrom {
  /** On the lane's clock, in ms. What came since is behind these offsets. */
  readonly at: number
}

/** Knows from where a restart would have to read, so that it reads little more than what is still open. */
export class LookBacks {
  readonly #log: Log
  readonly #topics: RendezvousTopics
  readonly #partition: number
  readonly #known: LookBack[] = []
  #busy = false

  constructor(log: Log, topics: RendezvousTopics, partition: number) {
    this.#log = log
    this.#topics = topics
    this.#partition = partition
  }

  /** Begins with what a restart has read, or with the end of the topics. */
  async start(at: number, scan?: ScanFrom): Promise<void> {
    const known = scan ?? { results: await this.#end(this.#topics.results), changelog: await this.#end(this.#topics.changelog) }
    this.#known.push({ at, ...known })
  }

  get scan(): ScanFrom {
    const { changelog, results } = this.#known[0]!
    return { changelog, results }
  }

  /**
   * Looks where the topics end, now and then, and forgets what is of no interest any more. `settled` commits what has come, and waits
   * for all commits that are under way.
   * Rejects where the log can't be asked.
   */
  async look(clock: LaneClock, { rendezvous }: Decider, settled: () => Promise<unknown>): Promise<void> {
    if (this.#busy || clock.monotonic() < this.#known.at(-1)!.at + EVERY_MS) return
    this.#busy = true
    try {
      // Parts of one commit may come to their topics at different times. So results that belong to what stands behind the end of the changelog
      // must be behind the end of the results: between the two, all that had come must be there.
      const results = await this.#end(this.#topics.results)
      await settled()
      const changelog = await this.#end(this.#topics.changelog)
      // Not sooner: what came while the log was asked may be before the end that it told.
      this.#known.push({ at: clock.monotonic(), results, changelog })
    } finally {
      this.#busy = false
    }
    const { mailboxes, early } = rendezvous
    const { state, openedAt } = mailboxes
    let oldest = early.oldest
    for (let row = 0; row < state.length; row++) {
      if (state[row] === MAILBOX.open) oldest = Math.min(oldest, openedAt[row]!)
    }
    while (this.#known.length > 1 && this.#known[1]!.at * 1000 < oldest) this.#known.shift()
  }

  async #end(topic: string): Promise<number> {
    return Number((await this.#log.offsets({ topic, partition: this.#partition })).next)
  }
}
