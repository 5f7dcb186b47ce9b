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
    this.#known.push({ at, ...(scan ?? (await this.#ends())) })
  }

  get scan(): ScanFrom {
    const { changelog, results } = this.#known[0]!
    return { changelog, results }
  }

  /** Looks where the topics end, now and then, and forgets what is of no interest any more. Rejects where the log can't be asked. */
  async look(clock: LaneClock, { rendezvous }: Decider): Promise<void> {
    const at = clock.monotonic()
    if (this.#busy || at < this.#known.at(-1)!.at + EVERY_MS) return
    this.#busy = true
    try {
      this.#known.push({ at, ...(await this.#ends()) })
    } finally {
      this.#busy = false
    }
    const { mailboxes, early } = rendezvous
    let oldest = early.oldest
    const { state, openedAt } = mailboxes
    for (let row = 0; row < state.length; row++) {
      if (state[row] === MAILBOX.open) oldest = Math.min(oldest, openedAt[row]!)
    }
    while (this.#known.length > 1 && this.#known[1]!.at * 1000 < oldest) this.#known.shift()
  }

  async #ends(): Promise<ScanFrom> {
    const end = async (topic: string): Promise<number> => Number((await this.#log.offsets({ topic, partition: this.#partition })).next)
    const [changelog, results] = await Promise.all([end(this.#topics.changelog), end(this.#topics.results)])
    return { changelog, results }
  }
}
