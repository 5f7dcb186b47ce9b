import type { Batch } from './batch.ts'
import type { Dictionary } from './dictionary.ts'
import type { Field, FrameBuffer } from './frame.ts'
import type { Model, ModelDescriptor } from './model.ts'
import type { Outcomes } from './outcomes.ts'
import type { RecordBatchWriter } from './record-batch-writer.ts'
import type { Scores } from './scores.ts'

/** A field that the record's schema declares. */
export interface SchemaField {
  /** A path: `alcohol`, or `customer.age` in a nested record. */
  readonly path: string
  /** `numbers`: a list of numbers. */
  readonly type: 'number' | 'text' | 'numbers' | 'other'
}

/** Where a value stands in a list of the record. */
export interface ListPlace {
  /** Its place among all values of the list; where lists are nested, in row-major order. */
  readonly at: number
  /**
   * The sizes that the list must have, where it feeds a whole vector: `fitsShape` of core/shape.ts says which lists have them. The
   * fields of one list are then all of its values, next to each other and in order.
   */
  readonly shape?: readonly number[]
}

/** Which field of the record feeds a column of the frame. */
export interface BoundField {
  readonly field: Field
  /** Where the field stands in the record, or undefined where it never does: its column is then always missing. */
  readonly path: string | undefined
  /**
   * The path is the model's name for its input and nobody declared it: in records without a schema, a field also feeds it
   * whose name differs only in case, spaces and punctuation.
   */
  readonly guessed?: boolean
  /** Where the field of the record is a list: which of its values it is. */
  readonly list?: ListPlace
}

/** Turns the bytes of records into frames and scores back into bytes. One per stream; it holds no state between batches. */
export interface Codec {
  readonly name: string
  /** The fields of the record in their declared order, or undefined where records need not follow a schema. */
  readonly schema: readonly SchemaField[] | undefined
  /** The schema of answers in the schema's own language, where they have one that is known before the first record. */
  readonly answerSchema?: string
  /**
   * Learns what must be known before the records of a batch can be read and, with `answering`, answered: schemas that a registry has.
   * undefined where nothing is missing. Rejects with a service-scope error where it can't be learned now; the batch can be tried again.
   */
  prepare?(batch: Batch, answering: boolean): Promise<void> | undefined
  /** Makes a reader of these fields. Throws `codec.schema.invalid` where a path is not in the schema. */
  reader(fields: readonly BoundField[]): RowReader
  /** Makes a reader of the data type from the field at a path. It adds data types that it has not seen to the dictionary. */
  dataTypeReader(path: string, dataTypes: Dictionary): DataTypeReader
  /** Makes the writer of one model's answers. */
  answerWriter(descriptor: ModelDescriptor, model: Model): AnswerWriter
  /** The structured record in one value, for the edges. Throws a record-scope error. */
  decode(value: Uint8Array): unknown
  /** The value of a structured record (from JSON, CSV), for the edges. Throws a record-scope error that names the field. */
  encode(record: Readonly<Record<string, unknown>>): Uint8Array
}

export interface RowReader {
  /**
   * Decodes `count` records, whose places in the batch are `records[0..count)`, as rows of the frame, which it resets.
   * A record whose bytes can't be read is rejected and gets no row. Values in the batch are never null here.
   */
  read(batch: Batch, records: Int32Array, count: number, frame: FrameBuffer, outcomes: Outcomes): void
}

/** How many data types one stream may have: a bound on what a stream of nonsense can make us remember. */
export const MAX_DATA_TYPES = 100_000

/** Says of which data type each record is. */
export interface DataTypeReader {
  /**
   * Sets `types[i]` to the code of record `i`'s data type, for each record that is not rejected yet. Rejects a record whose
   * bytes can't be read, or whose data type is missing.
   */
  read(batch: Batch, types: Int32Array, outcomes: Outcomes): void
}

export interface AnswerWriter {
  /** Writes the value for a record: the record as it came, augmented with the scores of `row` and the model version. */
  write(batch: Batch, record: number, scores: Scores, row: number, out: RecordBatchWriter): void
}
