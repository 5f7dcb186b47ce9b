import { type Batch, INDEX } from '../../core/batch.ts'
import type { BoundField } from '../../core/codec.ts'
import type { RowSource } from '../../core/frame.ts'
import { messageText, pathSteps, valueAt } from '../path.ts'
import type { RecordType } from './avro-type.ts'
import { decodeRecord } from './value-decoder.ts'

/** The structured records of one batch, for as long as a model that answers later may ask for them: the reader is with the next batch then. */
export class AvroRows implements RowSource {
  readonly #batch: Batch
  readonly #fields: readonly BoundField[]
  readonly #typeOf: (record: number) => RecordType

  constructor(batch: Batch, fields: readonly BoundField[], typeOf: (record: number) => RecordType) {
    this.#batch = batch
    this.#fields = fields
    this.#typeOf = typeOf
  }

  /** Throws `record.avro.malformed` where a part of the record that no column needs can't be read. */
  value(record: number): unknown {
    const { bytes, index } = this.#batch
    const at = index[record * INDEX.stride + INDEX.valueAt]!
    const length = index[record * INDEX.stride + INDEX.valueLength]!
    return decodeRecord(this.#typeOf(record), bytes.subarray(at, at + length))
  }

  text(record: number, field: number): string | undefined {
    const { path, guessed } = this.#fields[field]!
    if (path === undefined) return undefined
    try {
      return messageText(valueAt(this.value(record), guessed === true ? [path] : pathSteps(path)))
    } catch {
      // What is wrong with the field itself is said without its text.
      return undefined
    }
  }
}
