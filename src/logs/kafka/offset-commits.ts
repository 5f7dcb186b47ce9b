import { setTimeout as sleep } from 'node:timers/promises'
import { Changelog, type ChangelogRecord } from '../../core/changelog.ts'
import type { Append, Commit, TopicPartition } from '../../core/log.ts'
import { keyOf } from './partition-key.ts'

type Offset = Commit['offsets'][number]

export interface OffsetCommitsOptions {
  /** How long after a request the next one waits for company. */
  readonly intervalMs: number
  readonly append: (append: Append) => Promise<unknown>
  readonly request: (offsets: readonly Offset[]) => Promise<void>
}

interface Waiting {
  offset: Offset
  readonly settled: PromiseWithResolvers<void>
}

/**
 * Commits offsets, and before them what is to be kept in changelogs, in one request at a time and not more often than once in an interval: what comes
 * meanwhile goes together with the next, of each partition the last offset only, and of each key the last record. Of partitions that go together each
 * succeeds or fails by itself.
 */
export class OffsetCommits {
  readonly #options: OffsetCommitsOptions
  #waiting = new Map<string, Waiting>()
  readonly #changelog = new Changelog()
  #running = false
  #hurries = 0
  /** Ends the pause between two requests. */
  #pause = new AbortController()

  constructor(options: OffsetCommitsOptions) {
    this.#options = options
  }

  /** Resolves once this offset of its partition, or a later one, is committed. Offsets of a partition must come in their order. */
  async commit(offset: Offset): Promise<void> {
    const key = keyOf(offset satisfies TopicPartition)
    let waiting = this.#waiting.get(key)
    if (waiting === undefined) {
      waiting = { offset, settled: Promise.withResolvers<void>() }
      this.#waiting.set(key, waiting)
    } else waiting.offset = offset
    if (!this.#running) void this.#run()
    return waiting.settled.promise
  }

  /** Appends what is kept, where no offsets are to come with it. */
  async flush(): Promise<void> {
    await Promise.all(this.#changelog.take().map(async (append) => this.#options.append(append)))
  }

  /** These go along with the offsets that are handed over next. */
  keep(records: readonly ChangelogRecord[]): void {
    this.#changelog.add(records)
  }

  /** There is no pause until it is disposed of. */
  hurry(): Disposable {
    this.#hurries++
    this.#pause.abort()
    let held = true
    return {
      [Symbol.dispose]: () => {
        if (held) this.#hurries--
        held = false
      },
    }
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#waiting.size > 0) {
      const together = [...this.#waiting.values()]
      this.#waiting = new Map()
      await this.#together(together)
      if (this.#hurries > 0) continue
      this.#pause = new AbortController()
      await sleep(this.#options.intervalMs, undefined, { signal: this.#pause.signal }).catch(() => {})
    }
    this.#running = false
  }

  async #together(together: readonly Waiting[]): Promise<void> {
    const { request } = this.#options
    try {
      await this.flush()
    } catch (error) {
      for (const { settled } of together) settled.reject(error)
      return
    }
    try {
      await request(together.map(({ offset }) => offset))
      for (const { settled } of together) settled.resolve()
    } catch (error) {
      if (together.length === 1) together[0]!.settled.reject(error)
      else await Promise.all(together.map(async (one) => this.#alone(one)))
    }
  }

  async #alone({ offset, settled }: Waiting): Promise<void> {
    await this.#options.request([offset]).then(settled.resolve, settled.reject)
  }
}
