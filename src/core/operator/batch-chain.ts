import { RecordBatchWriter } from '../record-batch-writer.ts'

/**
 * Writes records as a chain of record batches none of which is much longer than a limit, nor at all longer than the log takes, since
 * brokers refuse batches that are. Its buffers are used again after `reset`.
 */
export class BatchChain {
  readonly #limit: number
  readonly #max: number
  /** Made when they are needed: most works have no dead letters. */
  readonly #writers: RecordBatchWriter[] = []
  #used = 0

  /** A batch that is longer than `limit` gets no more records. None may be longer than `max`. */
  constructor(limit: number, max = Infinity) {
    this.#limit = Math.min(limit, max)
    this.#max = max
  }

  reset(): void {
    for (const writer of this.#writers) writer.reset()
    this.#used = 0
  }

  /** The writer of the record that was written last. */
  get last(): RecordBatchWriter {
    return this.#writers[this.#used]!
  }

  /** The writer for the next record. */
  next(): RecordBatchWriter {
    let writer = (this.#writers[this.#used] ??= new RecordBatchWriter())
    if (writer.at >= this.#limit) {
      writer = this.#writers[++this.#used] ??= new RecordBatchWriter()
    }
    return writer
  }

  /**
   * Takes the record that was written last back, where it made its batch longer than the log takes: true then. Where the batch had other
   * records, the same record may fit into the next one.
   */
  takesBack(writer: RecordBatchWriter): boolean {
    if (writer.at <= this.#max) return false
    writer.undoRecord()
    return true
  }

  /** A writer without records, where the last one has some. */
  nextEmpty(): RecordBatchWriter | undefined {
    if (this.last.count === 0) return undefined
    return (this.#writers[++this.#used] ??= new RecordBatchWriter())
  }

  /** The record batches written since the last reset, as views that are valid until the next. */
  finish(): Uint8Array[] {
    return this.#writers.filter((writer) => writer.count > 0).map((writer) => writer.finish())
  }
}
