import { RecordBatchWriter } from '../record-batch-writer.ts'

/**
 * Writes records as a chain of record batches none of which is much longer than a limit, since brokers refuse batches that are.
 * Its buffers are used again after `reset`.
 */
export class BatchChain {
  readonly #limit: number
  readonly #writers: RecordBatchWriter[] = [new RecordBatchWriter()]
  #used = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  reset(): void {
    for (const writer of this.#writers) writer.reset()
    this.#used = 0
  }

  /** The writer for the next record. */
  next(): RecordBatchWriter {
    let writer = this.#writers[this.#used]!
    if (writer.at >= this.#limit) {
      writer = this.#writers[++this.#used] ??= new RecordBatchWriter()
    }
    return writer
  }

  /** The record batches written since the last reset, as views that are valid until the next. */
  finish(): Uint8Array[] {
    return this.#writers.filter((writer) => writer.count > 0).map((writer) => writer.finish())
  }
}
