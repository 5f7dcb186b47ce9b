import { CELL } from '../../core/frame.ts'
import type { FedList } from '../list-place.ts'
import { JsonListReader, type StoreValue } from './list-reader.ts'
import type { JsonScanner } from './scanner.ts'

/** The columns of one row that lists of the record feed. */
export class ListColumns {
  /** Whether there are any. */
  readonly any: boolean
  readonly #lists: readonly FedList[]
  readonly #reader: JsonListReader
  readonly #store: StoreValue
  /** Per list with a shape, the flags of its cells in this row; -1 where it has not been met. */
  readonly #flags: Int32Array
  #matrix: Float64Array = new Float64Array(0)
  #cells: Uint8Array = new Uint8Array(0)
  #row = 0

  /** `store` puts the value that the scanner has just passed into a column of the row. */
  constructor(lists: readonly FedList[], scanner: JsonScanner, store: StoreValue) {
    this.any = lists.length > 0
    this.#lists = lists
    this.#reader = new JsonListReader(scanner, store)
    this.#store = store
    this.#flags = new Int32Array(lists.length)
  }

  /** Begins a row, which is at `row` of the matrix and of the cells. */
  begin(matrix: Float64Array, cells: Uint8Array, row: number): void {
    this.#matrix = matrix
    this.#cells = cells
    this.#row = row
    if (this.any) this.#flags.fill(-1)
  }

  /** Passes a list and stores its values; false where the text breaks the grammar. */
  read(i: number, depth: number): boolean {
    const list = this.#lists[i]!
    const { first, size, columns } = list
    const at = this.#row + first
    // Values that the list has not are missing, and its numbers are stored without their cells.
    if (columns === undefined) this.#cells.fill(CELL.present, at, at + size)
    else this.#fill(i, CELL.missing)
    if (!this.#reader.read(list, this.#matrix, this.#row, depth)) return false
    if (!this.#reader.fits(list)) this.#fill(i, CELL.invalid)
    else if (columns === undefined) this.#flags[i] = this.#reader.isPlain ? 0 : this.#flagsOf(list)
    return true
  }

  /** Stores what is no list, and was passed just now: null is missing, and a vector of one may stand as its only value. */
  store(i: number, byte: number): void {
    const list = this.#lists[i]!
    if (byte === 110) this.#fill(i, CELL.missing)
    else if (list.shape !== undefined && list.size === 1 && byte !== 123) {
      this.#store(list.first, byte)
      this.#flags[i] = this.#flagsOf(list)
    } else this.#fill(i, CELL.invalid)
  }

  /** Forgets what a list had. */
  clear(i: number): void {
    this.#fill(i, CELL.missing)
  }

  /** The flags of all vectors of the row. One that was not met is missing. */
  flags(): number {
    let flags = 0
    for (let i = 0; i < this.#lists.length; i++) {
      if (this.#lists[i]!.columns !== undefined) continue
      if (this.#flags[i]! < 0) this.#fill(i, CELL.missing)
      flags |= this.#flags[i]!
    }
    return flags
  }

  #flagsOf({ first, size }: FedList): number {
    let flags = 0
    for (let cell = this.#row + first, end = cell + size; cell < end; cell++) flags |= this.#cells[cell]!
    return flags
  }

  #fill(i: number, cell: number): void {
    const { first, size, columns } = this.#lists[i]!
    const row = this.#row
    if (columns === undefined) {
      this.#matrix.fill(Number.NaN, row + first, row + first + size)
      this.#cells.fill(cell, row + first, row + first + size)
      this.#flags[i] = cell
      return
    }
    for (const column of columns) {
      if (column < 0) continue
      this.#matrix[row + column] = Number.NaN
      this.#cells[row + column] = cell
    }
  }
}
