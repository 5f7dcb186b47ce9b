import type { NodeEvent } from '../api/contract/index.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { encodeRecords } from '../core/record-batch-writer.ts'

const KEPT = 50
const encoder = new TextEncoder()

export interface JournalOptions {
  readonly log: Log
  readonly topic: string
  readonly clock: Clock
  readonly onLost: (event: NodeEvent, error: unknown) => void
}

/** What happened to models and streams: on the events topic for all, and the last of it in memory for the page. */
export class Journal {
  readonly #options: JournalOptions
  readonly #recent: NodeEvent[] = []
  #tail: Promise<unknown> = Promise.resolve()

  constructor(options: JournalOptions) {
    this.#options = options
  }

  /** Newest first. */
  get recent(): readonly NodeEvent[] {
    return this.#recent
  }

  /** Notes an event. It is on the log shortly after; where that fails, `onLost` says so. */
  note(event: Omit<NodeEvent, 'at'>): void {
    const { log, topic, clock, onLost } = this.#options
    const noted = { at: clock.now(), ...event }
    this.#recent.unshift(noted)
    this.#recent.length = Math.min(this.#recent.length, KEPT)
    const recordBatch = encodeRecords([
      { timestamp: noted.at, key: encoder.encode(event.dataType ?? ''), value: encoder.encode(JSON.stringify(noted)) },
    ])
    this.#tail = this.#tail.then(() => log.append({ topic, partition: 0, recordBatch })).catch((error: unknown) => onLost(noted, error))
  }

  /** Resolves when all events are on the log. */
  async flush(): Promise<void> {
    await this.#tail
  }
}
