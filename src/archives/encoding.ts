import type { Batch } from '../core/batch.ts'

/** Makes the bytes of one file out of records. What it returns is valid until the next call. */
export interface FileEncoder {
  /** Takes the records of a batch at these positions, copying what it keeps, and returns bytes that are ready to be written. */
  add(batch: Batch, taken: readonly number[]): Uint8Array
  /** The bytes that complete the file. */
  end(): Uint8Array
}

/** A format of archive files. */
export interface FileFormat {
  /** How names of its files end, without the dot. */
  readonly extension: string
  createEncoder(): FileEncoder
}
