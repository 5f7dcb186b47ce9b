import { SluiceError } from '../../core/errors.ts'

/** Cuts a stream of bytes, as it comes, into records. One per file; `end` is called once, after the last `push`. */
export interface RecordSplitter {
  /** What the records are called on the wire when they stand together. */
  readonly contentType: string
  /** What stands between two records. */
  readonly separator: string
  /** The records that these bytes complete. They are copies. */
  push(bytes: Uint8Array): Uint8Array[]
  /** For formats of lines: the line, from 1, of each record that the last call gave. */
  readonly lines?: readonly number[]
  /** For tables: the names of the columns, once they are known, and of the fields that are added to each record. */
  readonly columns?: readonly string[] | undefined
  /** The records that the end completes. Throws `cli.file.malformed` where it comes too early. */
  end(): Uint8Array[]
}

/** The largest record that a command line sends. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024

export function malformed(message: string): SluiceError {
  return new SluiceError('cli.file.malformed', message)
}

export function tooLarge(record: number): SluiceError {
  return malformed(`record ${record} is longer than ${MAX_RECORD_BYTES} bytes; is the file of another format?`)
}

/** Bytes that wait for the rest of their record. */
export class PendingBytes {
  #parts: Uint8Array[] = []
  length = 0

  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#parts.push(new Uint8Array(bytes))
    this.length += bytes.length
  }

  /** All of it, which is then forgotten. */
  take(): Uint8Array {
    const all = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts)
    this.#parts = []
    this.length = 0
    return all
  }
}
