import type { SluiceError } from './errors.ts'

/** Why records of one batch were rejected, by their place in the batch. A record that is not here is, or will be, scored. */
export class Outcomes {
  /** Per record: 0 or 1. */
  rejected = new Uint8Array(0)
  rejections = 0
  readonly #errors = new Map<number, SluiceError>()

  reset(count: number): void {
    if (this.rejected.length < count) this.rejected = new Uint8Array(Math.max(count, this.rejected.length * 2))
    else if (this.rejections > 0) this.rejected.fill(0)
    this.rejections = 0
    this.#errors.clear()
  }

  /** The error must be of record scope; the first one of a record stays. */
  reject(record: number, error: SluiceError): void {
    if (this.rejected[record] === 1) return
    this.rejected[record] = 1
    this.rejections++
    this.#errors.set(record, error)
  }

  error(record: number): SluiceError | undefined {
    return this.#errors.get(record)
  }
}
