import { setTimeout as pause } from 'node:timers/promises'
import type { LiveSnapshot } from '../../src/api/contract/live.ts'
import type { ApiClient } from './api-client.ts'

const LOOK_EVERY_MS = 250

/** Looks at a node from time to time, as the page does, until it is stopped. */
export class Watch {
  readonly #abort = new AbortController()
  readonly #looking: Promise<void>
  #snapshots: LiveSnapshot[] = []

  constructor(api: ApiClient) {
    this.#looking = this.#look(api)
  }

  /** What was seen since the last call. */
  take(): LiveSnapshot[] {
    const taken = this.#snapshots
    this.#snapshots = []
    return taken
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#looking
  }

  async #look(api: ApiClient): Promise<void> {
    while (!this.#abort.signal.aborted) {
      this.#snapshots.push(await api.live())
      await pause(LOOK_EVERY_MS)
    }
  }
}

/** The worst of what was seen. */
export function worst(snapshots: readonly LiveSnapshot[], pick: (snapshot: LiveSnapshot) => number | null): number {
  return Math.max(0, ...snapshots.map((snapshot) => pick(snapshot) ?? 0))
}

/** Calls again and again, at least `everyMs` apart, until the signal aborts. */
export async function repeat(everyMs: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    const started = performance.now()
    await work()
    await pause(Math.max(0, everyMs - (performance.now() - started)), undefined, { signal }).catch(() => {})
  }
}
