import type { Dictionary } from './dictionary.ts'

/**
 * What a cell of a frame holds:
 * - `present`: a value of the field's type; for a category that the dictionary lacks, the code -1.
 * - `missing`: the record has no such field, or null.
 * - `invalid`: the record has the field, but with a value that is not of the field's type (text where a number should be).
 */
export const CELL = { present: 0, missing: 1, invalid: 2 } as const

/**
 * How a field stands in a frame's matrix:
 * - `number`: the number as a double; true and false are 1 and 0; an integer beyond ±2^53 is rounded.
 * - `category`: the code of the text in the field's dictionary, -1 for a text that it lacks.
 * - `value`: not in the matrix (its cell is NaN); the model asks `Frame.value`.
 */
export type FieldType = 'number' | 'category' | 'value'

/**
 * An input of a model that is several values, such as a tensor. The fields of one vector share it, stand next to each other, and are
 * all of its values in row-major order.
 */
export interface Vector {
  readonly name: string
  /** Its sizes; their product is how many values it has. */
  readonly shape: readonly number[]
}

/** A column of a frame: what a model takes as one input. */
export interface Field {
  /** The model's own name for its input. */
  readonly name: string
  readonly type: FieldType
  /** The categories, for `category` only. Owned by the model. */
  readonly dictionary?: Dictionary
  /** Where true, a text that the dictionary lacks is added to it (up to a limit) instead of coded -1. */
  readonly open?: boolean
  /** Where true, a model can't be used on records that are known never to have this field. */
  readonly required: boolean
  /** The input that this is one value of. */
  readonly vector?: Vector
}

/**
 * A batch decoded for one model: rows by fields. Valid during the call, or until the promise that the call returned is settled.
 */
export interface Frame {
  readonly rows: number
  readonly fields: readonly Field[]
  /** rows x fields, row-major. A cell that is not `present` holds NaN. */
  readonly matrix: Float64Array
  /**
   * What `matrix` has, where its numbers came as floats; and all cells whose row's flag is 0 are there. Undefined once the matrix was
   * asked for, which is made of them then.
   */
  readonly floats?: Float32Array | undefined
  /** One `CELL` per cell, as in `matrix`. */
  readonly cells: Uint8Array
  /** Per row: 0 where all its cells are `present`, so that a model can take a short path; else a bit set of the CELLs that occur. */
  readonly flags: Uint8Array
  /** The structured record, decoded on demand: object, string, number, boolean, bytes, null. Slow; for models that need it and for messages. */
  value(row: number): unknown
  /** What the record has for a field, as text for a message, shortened where it is long; undefined where it is absent. */
  text(row: number, field: number): string | undefined
  /**
   * Where one list of the record feeds this field and others: what the record has in its place and what is wanted, for a message;
   * undefined where the list as a whole is as it should be.
   */
  fault?(row: number, field: number): string | undefined
  /** The record's key; undefined where it has none. Only for models with a state. */
  key?(row: number): Uint8Array | undefined
}

/** Decodes on demand what a `FrameBuffer` does not hold in its matrix. A codec's row reader gives it. */
export interface RowSource {
  value(record: number): unknown
  text(record: number, field: number): string | undefined
  fault?(record: number, field: number): string | undefined
}

/** A frame that a codec fills and that is used again for the next batch. */
export class FrameBuffer implements Frame {
  fields: readonly Field[] = []
  rows = 0
  floats: Float32Array | undefined
  cells = new Uint8Array(0)
  flags = new Uint8Array(0)
  /** The record of the batch that a row was decoded from. */
  records = new Int32Array(0)
  /** How many rows the last `reset` made room for. */
  capacity = 0
  /** The key of a record of the batch. Whoever sets it sees to it that it is of the batch that the rows are of. */
  keyOf: ((record: number) => Uint8Array | undefined) | undefined
  #source: RowSource | undefined
  #matrix = new Float64Array(0)
  /** Kept for the next batch of floats. */
  #floats = new Float32Array(0)

  get matrix(): Float64Array<ArrayBuffer> {
    if (this.#matrix.length < this.cells.length) this.#matrix = new Float64Array(this.cells.length)
    if (this.floats !== undefined) {
      const cells = this.capacity * this.fields.length
      const { floats } = this
      const matrix = this.#matrix
      for (let i = 0; i < cells; i++) matrix[i] = floats[i]!
      this.floats = undefined
    }
    return this.#matrix
  }

  /** Room for the numbers of a batch that are all floats, instead of the matrix: as `floats`, after `reset`. */
  useFloats(): Float32Array {
    if (this.#floats.length < this.cells.length) this.#floats = new Float32Array(this.cells.length)
    return (this.floats = this.#floats)
  }

  /** Empties the frame and makes room for `capacity` rows of these fields. All cells are then `present` and all flags 0. */
  reset(fields: readonly Field[], capacity: number, source?: RowSource): void {
    this.fields = fields
    this.rows = 0
    this.#source = source
    this.capacity = capacity
    if (this.flags.length < capacity) {
      const room = Math.max(capacity, this.flags.length * 2)
      this.flags = new Uint8Array(room)
      this.records = new Int32Array(room)
    }
    const cells = this.flags.length * fields.length
    this.floats = undefined
    if (this.cells.length < cells) this.cells = new Uint8Array(cells)
    else this.cells.fill(0, 0, capacity * fields.length)
    this.flags.fill(0, 0, capacity)
  }

  value(row: number): unknown {
    return this.#source?.value(this.records[row]!)
  }

  text(row: number, field: number): string | undefined {
    return this.#source?.text(this.records[row]!, field)
  }

  fault(row: number, field: number): string | undefined {
    return this.#source?.fault?.(this.records[row]!, field)
  }
  key(row: number): Uint8Array | undefined {
    return this.keyOf?.(this.records[row]!)
  }
}
