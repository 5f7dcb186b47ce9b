import type { Batch } from '../core/batch.ts'
import type { SluiceError } from '../core/errors.ts'
import type { RecordBatchWriter } from '../core/record-batch-writer.ts'

/** The values of a batch without what stands before them to say their schema. */
export interface Payloads {
  /** The same records, with values that begin where the payload does. */
  readonly batch: Batch
  /** Per record, the code of the schema that wrote it; negative where it can't be read (see `Framing.problem`). */
  readonly schemas: Int32Array
}

/** How values say which schema wrote them, and what `S` is known of each schema. Codes are small integers and stay the same. */
export interface Framing<S> {
  /**
   * Learns the schemas of a batch, and with `answering` also those that its answers are written with. undefined where all are known.
   * Rejects with a service-scope error where they can't be learned now; the batch can be tried again.
   */
  prepare(batch: Batch, answering: boolean): Promise<void> | undefined
  /** The payloads of a batch that was prepared. */
  open(batch: Batch): Payloads
  schema(code: number): S
  /** Why a record has no schema that it can be read with, or no answer could be written for it. */
  problem(batch: Batch, record: number): SluiceError
  /** Writes what says the schema of the answer to record `i`, which stands before it. */
  startAnswer(batch: Batch, record: number, out: RecordBatchWriter): void
  /** A single value, for the edges. Throws a record-scope error. */
  unframe(value: Uint8Array): { readonly payload: Uint8Array; readonly schema: S }
  /** The value for a payload that is written with the stream's own schema, for the edges. Throws a record-scope error. */
  frame(payload: Uint8Array): Uint8Array
}

/** Values that say nothing of their schema: it is the same for all. */
export function plainFraming<S>(schema: S): Framing<S> {
  let codes = new Int32Array(0)
  return {
    prepare: () => undefined,
    open(batch) {
      if (codes.length < batch.count) codes = new Int32Array(batch.count * 2)
      return { batch, schemas: codes }
    },
    schema: () => schema,
    problem() {
      throw new RangeError('a value without a schema id always has its schema')
    },
    startAnswer() {},
    unframe: (payload) => ({ payload, schema }),
    frame: (payload) => payload,
  }
}
