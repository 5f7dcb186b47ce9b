import type { Batch } from '../../core/batch.ts'
import type { ReadOptions } from '../../core/log.ts'
import { readRecordBatches, setBaseOffset } from '../../core/record-batch.ts'
import { RecordBatchWriter } from '../../core/record-batch-writer.ts'

export interface SourceRecord {
  readonly value: Uint8Array
  /** The line on which it stands, or its number, from 1. */
  readonly place: number
}

/** Records that have come in and whose answers have not gone out. */
interface Kept {
  readonly base: bigint
  readonly bytes: Uint8Array
  readonly places: readonly number[]
}

const DEFAULT_MAX_BYTES = 1024 * 1024

/** The records of one partition that come from elsewhere, once, and are kept until they are done. */
export class PipedSource {
  /** The offset that the next record will get. */
  position = 0n
  /** All records below it are done. */
  done = 0n
  readonly #records: AsyncIterator<readonly SourceRecord[]>
  readonly #options: { readonly topic: string; readonly now: () => number }
  readonly #drained = Promise.withResolvers<void>()
  readonly #kept: Kept[] = []
  /** Records that were read and don't belong to a batch yet. */
  #waiting: readonly SourceRecord[] = []
  /** What was asked for and has not come: another read goes on with it. */
  #asked: Promise<readonly SourceRecord[]> | undefined
  #ended = false
  #problem: unknown

  constructor(records: AsyncIterator<readonly SourceRecord[]>, options: { readonly topic: string; readonly now: () => number }) {
    this.#records = records
    this.#options = options
    this.#drained.promise.catch(() => {})
  }

  /** Settles when all is done; rejects where it could not be, or where the records could not be read to their end. */
  get drained(): Promise<void> {
    return this.#drained.promise
  }

  fail(error: unknown): void {
    this.#drained.reject(error)
  }

  placeOf(offset: bigint): number | undefined {
    const kept = this.#kept.findLast(({ base }) => base <= offset)
    return kept?.places[Number(offset - kept.base)]
  }

  /** All records below this offset are done. */
  committed(next: bigint): void {
    if (next > this.done) this.done = next
    while (this.#kept.length > 0 && nextOf(this.#kept[0]!) <= this.done) this.#kept.shift()
    this.#lookWhetherDrained()
  }

  async *read({ from, follow, signal, maxBytes = DEFAULT_MAX_BYTES }: ReadOptions): AsyncGenerator<Batch, void> {
    let at = from
    const isOver = (): boolean => signal?.aborted === true
    while (!isOver()) {
      const kept = this.#kept.find((candidate) => nextOf(candidate) > at)
      if (kept !== undefined) {
        at = nextOf(kept)
        yield readRecordBatches(kept.bytes, { topic: this.#options.topic, partition: 0, from: from > kept.base ? from : kept.base })
      } else if (!follow || !(await this.#come(maxBytes, signal))) return
    }
  }

  /** Keeps more records. False where the signal aborted: that there are no more is no reason to go. */
  async #come(maxBytes: number, signal: AbortSignal | undefined): Promise<boolean> {
    while (this.#waiting.length === 0) {
      if (!this.#ended) this.#asked ??= this.#ask()
      const next = await unlessAborted(this.#asked ?? NEVER, signal)
      if (next === undefined) return false
      this.#asked = undefined
      this.#waiting = next
    }
    this.#keep(maxBytes)
    return true
  }

  /** More records, none where there are no more. */
  async #ask(): Promise<readonly SourceRecord[]> {
    let problem: unknown
    try {
      const next = await this.#records.next()
      if (next.done !== true) return next.value
    } catch (error) {
      problem = error
    }
    this.#end(problem)
    return []
  }

  #keep(maxBytes: number): void {
    const writer = new RecordBatchWriter(Math.min(maxBytes, 65_536))
    const timestamp = this.#options.now()
    const places: number[] = []
    for (const { value, place } of this.#waiting) {
      if (places.length > 0 && writer.at + value.length > maxBytes) break
      writer.append({ timestamp, value })
      places.push(place)
    }
    this.#waiting = this.#waiting.slice(places.length)
    const bytes = writer.finish()
    setBaseOffset(bytes, this.position)
    this.#kept.push({ base: this.position, bytes, places })
    this.position += BigInt(places.length)
  }

  #end(problem: unknown): void {
    this.#ended = true
    this.#problem = problem
    this.#lookWhetherDrained()
  }

  #lookWhetherDrained(): void {
    if (!this.#ended || this.done < this.position) return
    if (this.#problem === undefined) this.#drained.resolve()
    else this.#drained.reject(this.#problem)
  }
}

function nextOf({ base, places }: Kept): bigint {
  return base + BigInt(places.length)
}

const NEVER = new Promise<never>(() => {})

/** What comes, or undefined where the signal aborts before. Leaves nothing behind at the signal. */
async function unlessAborted<T>(coming: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (signal === undefined) return coming
  return new Promise((resolve) => {
    const abort = (): void => resolve(undefined)
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    void coming.then((value) => {
      signal.removeEventListener('abort', abort)
      resolve(value)
    })
  })
}
