import type { Log, ReadOptions } from '../../../src/core/log.ts'
import { type ReadRecord, toPlain } from './plain-record.ts'
import { Story } from './story.ts'

/** Follows one partition in the background and keeps what it reads. */
export class Follower implements AsyncDisposable {
  readonly records: ReadRecord[] = []
  /** Settles when the read ends. */
  readonly ended: Promise<void>
  readonly #abort = new AbortController()
  readonly #story = new Story()

  constructor(log: Log, options: Pick<ReadOptions, 'topic'> & Partial<ReadOptions>) {
    this.ended = this.#run(log.read({ partition: 0, from: 0n, follow: true, signal: this.#abort.signal, ...options }))
    this.ended.catch(() => {})
  }

  /** Waits until that many records were read in all. */
  async has(count: number): Promise<ReadRecord[]> {
    await Promise.race([this.#story.until(() => this.records.length >= count), this.#endedEarly()])
    return this.records
  }

  abort(): void {
    this.#abort.abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort()
    await this.ended
  }

  async #run(batches: ReturnType<Log['read']>): Promise<void> {
    for await (const batch of batches) {
      this.records.push(...toPlain(batch))
      batch.release()
      this.#story.changed()
    }
  }

  async #endedEarly(): Promise<void> {
    await this.ended
    throw new Error(`the read ended after ${this.records.length} records`)
  }
}
