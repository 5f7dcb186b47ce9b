import type { Field, Frame } from '../frame.ts'
import type { Scores } from '../scores.ts'

/** A frame that knows the records that its rows are of. */
export interface RecordFrame extends Frame {
  readonly records: ArrayLike<number>
}

/** What scores frames as a model does. */
export interface Scorer {
  score(frame: RecordFrame, scores: Scores): void | Promise<void>
}

interface Range {
  readonly from: number
  readonly to: number
}

/** Some rows of another frame, copied. It notes of which rows a model asked for more than their cells. Used again for the next. */
export class PartFrame implements Frame {
  rows = 0
  fields: readonly Field[] = []
  matrix = new Float64Array(0)
  cells = new Uint8Array(0)
  flags = new Uint8Array(0)
  /** The record of the batch that a row is of. */
  records = new Int32Array(0)
  /** Per row, its place in the other frame. */
  places = new Int32Array(0)
  /** Per row: 1 where something was asked for that is not in its cells. */
  looked = new Uint8Array(0)
  #whole!: Frame

  /** Takes the rows at `places[from..to)` of a frame. */
  take(whole: RecordFrame, places: Int32Array, range: Range): this {
    const { fields, matrix, cells, flags } = whole
    const width = fields.length
    this.list(whole, places, range)
    if (this.cells.length < this.rows * width) {
      this.matrix = new Float64Array(this.rows * width)
      this.cells = new Uint8Array(this.rows * width)
    }
    for (let row = 0; row < this.rows; row++) {
      const place = this.places[row]!
      this.flags[row] = flags[place]!
      const [from, to] = [place * width, row * width]
      for (let i = 0; i < width; i++) {
        this.matrix[to + i] = matrix[from + i]!
        this.cells[to + i] = cells[from + i]!
      }
    }
    return this
  }

  /** As `take`, but without what is in their cells: nobody is going to read them. */
  list(whole: RecordFrame, places: Int32Array, { from, to }: Range): this {
    const rows = to - from
    this.#whole = whole
    this.fields = whole.fields
    this.rows = rows
    if (this.flags.length < rows) {
      this.flags = new Uint8Array(rows)
      this.records = new Int32Array(rows)
      this.places = new Int32Array(rows)
      this.looked = new Uint8Array(rows)
    } else this.looked.fill(0, 0, rows)
    for (let row = 0; row < rows; row++) {
      const place = places[from + row]!
      this.places[row] = place
      this.records[row] = whole.records[place]!
    }
    return this
  }

  value(row: number): unknown {
    this.looked[row] = 1
    return this.#whole.value(this.places[row]!)
  }

  text(row: number, field: number): string | undefined {
    this.looked[row] = 1
    return this.#whole.text(this.places[row]!, field)
  }

  fault(row: number, field: number): string | undefined {
    this.looked[row] = 1
    return this.#whole.fault?.(this.places[row]!, field)
  }

  key(row: number): Uint8Array | undefined {
    this.looked[row] = 1
    return this.#whole.key?.(this.places[row]!)
  }
}
