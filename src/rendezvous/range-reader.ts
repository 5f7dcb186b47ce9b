import { type Batch, offsetOf } from '../core/batch.ts'
import type { Log, TopicPartition } from '../core/log.ts'
import type { Decider, Visit } from './decider.ts'

/** Goes through ranges of one partition again, one after the other. Records that the log has no more are passed over. */
export class RangeReader implements AsyncDisposable {
  readonly #batches: AsyncIterator<Batch>
  readonly #decider: Decider
  #batch: Batch | undefined
  #visit: Visit | undefined
  #i = 0
  #ended = false

  private constructor(batches: AsyncIterator<Batch>, decider: Decider) {
    this.#batches = batches
    this.#decider = decider
  }

  static async open(log: Log, partition: TopicPartition & { readonly from: number }, decider: Decider): Promise<RangeReader> {
    const { topic } = partition
    const { first, next } = await log.offsets(partition)
    const from = BigInt(partition.from) < first ? first : BigInt(partition.from) > next ? next : BigInt(partition.from)
    const batches = log.read({ topic, partition: partition.partition, from, follow: false })
    return new RangeReader(batches[Symbol.asyncIterator](), decider)
  }

  /** Gives the decider the records from offset `from` to before `to`. */
  async visit(from: number, to: number): Promise<void> {
    for (;;) {
      if (this.#batch === undefined && !(await this.#fetch())) return
      const batch = this.#batch!
      for (; this.#i < batch.count; this.#i++) {
        const offset = Number(offsetOf(batch, this.#i))
        if (offset >= to) return
        if (offset >= from) this.#visit!(batch, this.#i)
      }
      batch.release()
      this.#batch = undefined
      if (Number(batch.nextOffset) >= to) return
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#batch?.release()
    await this.#batches.return?.()
  }

  async #fetch(): Promise<boolean> {
    if (this.#ended) return false
    const { done, value } = await this.#batches.next()
    this.#ended = done === true
    if (done === true) return false
    this.#batch = value
    this.#visit = this.#decider.start(value)
    this.#i = 0
    return true
  }
}
