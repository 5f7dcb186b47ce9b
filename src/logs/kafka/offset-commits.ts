import type { Commit, TopicPartition } from '../../core/log.ts'
import { keyOf } from './partition-key.ts'

type Offset = Commit['offsets'][number]

interface Waiting {
  offset: Offset
  readonly settled: PromiseWithResolvers<void>
}

/**
 * Commits offsets in one request at a time: those that come while one is under way go together with the next, of each partition the last one only. Of
 * partitions that go together each succeeds or fails by itself.
 */
export class OffsetCommits {
  readonly #request: (offsets: readonly Offset[]) => Promise<void>
  #waiting = new Map<string, Waiting>()
  #running = false

  constructor(request: (offsets: readonly Offset[]) => Promise<void>) {
    this.#request = request
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

  async #run(): Promise<void> {
    this.#running = true
    while (this.#waiting.size > 0) {
      const together = [...this.#waiting.values()]
      this.#waiting = new Map()
      try {
        await this.#request(together.map(({ offset }) => offset))
        for (const { settled } of together) settled.resolve()
      } catch (error) {
        if (together.length === 1) together[0]!.settled.reject(error)
        else await Promise.all(together.map(async (one) => this.#alone(one)))
      }
    }
    this.#running = false
  }

  async #alone({ offset, settled }: Waiting): Promise<void> {
    await this.#request([offset]).then(settled.resolve, settled.reject)
  }
}
