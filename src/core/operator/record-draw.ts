import type { RecordDraw } from '../arms-policy.ts'
import { type Batch, INDEX } from '../batch.ts'

/**
 * What the records of a batch are drawn by: their keys, and their ids `<partition>:<offset>`, as their answers have them in `ce_id`. One
 * object serves all records.
 */
export class BatchDraw implements RecordDraw {
  row = 0
  key: Uint8Array = new Uint8Array(0)
  readonly id = new Uint8Array(40)
  readonly keyRange = { from: 0, to: 0 }
  readonly idRange = { from: 0, to: 40 }

  /** Sets it to record `i`, which is the `row`th of those that are decided. */
  set(batch: Batch, i: number, row: number): void {
    this.row = row
    this.#writeId(batch, i)
    const cell = i * INDEX.stride
    const length = batch.index[cell + INDEX.keyLength]!
    if (length < 0) {
      this.key = this.id
      this.keyRange.from = this.idRange.from
      this.keyRange.to = this.idRange.to
    } else {
      this.key = batch.bytes
      this.keyRange.from = batch.index[cell + INDEX.keyAt]!
      this.keyRange.to = this.keyRange.from + length
    }
  }

  /** Digit by digit from the right. */
  #writeId(batch: Batch, i: number): void {
    let at = this.#digits(this.id.length, Number(batch.baseOffset) + batch.index[i * INDEX.stride + INDEX.offsetDelta]!)
    this.id[--at] = 58
    this.idRange.from = this.#digits(at, batch.partition)
  }

  #digits(end: number, value: number): number {
    let at = end
    do {
      const rest = Math.floor(value / 10)
      this.id[--at] = 48 + (value - rest * 10)
      value = rest
    } while (value > 0)
    return at
  }
}

/** The id of a record: `<partition>:<offset>`. */
export function recordId(batch: Batch, i: number): string {
  return `${batch.partition}:${Number(batch.baseOffset) + batch.index[i * INDEX.stride + INDEX.offsetDelta]!}`
}
