import { ScalarType } from '@bufbuild/protobuf'
import { copyWords } from '../../core/copy-words.ts'
import { CELL } from '../../core/frame.ts'
import type { FedList } from '../list-place.ts'
import { integers, MALFORMED, readVarint } from './wire.ts'

/* eslint-disable max-params -- the inner loop */

/** How a value of fixed size is read. */
const FIXED: Partial<Record<ScalarType, { readonly size: number; readonly read: (view: DataView, at: number) => number }>> = {
  [ScalarType.DOUBLE]: { size: 8, read: (view, at) => view.getFloat64(at, true) },
  [ScalarType.FLOAT]: { size: 4, read: (view, at) => view.getFloat32(at, true) },
  [ScalarType.FIXED64]: { size: 8, read: (view, at) => view.getUint32(at + 4, true) * 4294967296 + view.getUint32(at, true) },
  [ScalarType.SFIXED64]: { size: 8, read: (view, at) => view.getInt32(at + 4, true) * 4294967296 + view.getUint32(at, true) },
  [ScalarType.FIXED32]: { size: 4, read: (view, at) => view.getUint32(at, true) },
  [ScalarType.SFIXED32]: { size: 4, read: (view, at) => view.getInt32(at, true) },
}

const VARINT: Partial<Record<ScalarType, () => number>> = {
  [ScalarType.INT32]: integers.int32,
  [ScalarType.UINT32]: integers.uint32,
  [ScalarType.SINT32]: integers.sint32,
  [ScalarType.INT64]: integers.int64,
  [ScalarType.UINT64]: integers.uint64,
  [ScalarType.SINT64]: integers.sint64,
  [ScalarType.BOOL]: integers.bool,
}

/** Whether lists of this type are lists of numbers. */
export function isNumeric(scalar: ScalarType): boolean {
  return FIXED[scalar] !== undefined || VARINT[scalar] !== undefined
}

/** Of doubles, or of floats where that is all there is. */
type Matrix = Float64Array | Float32Array

/** Whether floats are in memory as protobuf writes them. */
const IS_LITTLE_ENDIAN = new Uint8Array(Float32Array.of(1).buffer)[0] === 0

/** Puts the values of a repeated field, which may come in several pieces, into the row of a frame. */
export class ListFeed {
  readonly #list: FedList
  readonly #scalar: ScalarType
  #count = 0
  /** The matrix of floats that was written last. */
  #floats: DataView = new DataView(new ArrayBuffer(0))

  constructor(list: FedList, scalar: ScalarType) {
    this.#list = list
    this.#scalar = scalar
  }

  /** Begins a record. */
  begin(): void {
    this.#count = 0
  }

  /** Forgets what the list had. */
  clear(matrix: Matrix, cells: Uint8Array, row: number): void {
    this.#count = 0
    if (this.#list.columns !== undefined) this.#fill(CELL.missing, { matrix, cells, row })
  }

  /** A value that stands by itself. */
  one(value: number, matrix: Matrix, cells: Uint8Array, row: number): void {
    const { columns, first, size } = this.#list
    const place = this.#count++
    if (place >= size) return
    if (columns === undefined) matrix[row + first + place] = value
    else if (columns[place]! >= 0) {
      matrix[row + columns[place]!] = value
      cells[row + columns[place]!] = CELL.present
    }
  }

  /** The values in `bytes[at, end)`; returns the position after them, or `MALFORMED`. */
  packed(bytes: Uint8Array, view: DataView, at: number, end: number, matrix: Matrix, cells: Uint8Array, row: number): number {
    const fixed = FIXED[this.#scalar]
    if (fixed === undefined) return this.#varints(bytes, at, end, matrix, cells, row)
    const count = (end - at) / fixed.size
    if (!Number.isInteger(count)) return MALFORMED
    const { columns, first, size } = this.#list
    if (columns === undefined && this.#count + count <= size && this.#scalar === ScalarType.FLOAT) {
      if (matrix instanceof Float32Array && IS_LITTLE_ENDIAN) {
        if (this.#floats.buffer !== matrix.buffer) this.#floats = new DataView(matrix.buffer)
        copyWords(view, at, this.#floats, matrix.byteOffset + 4 * (row + first + this.#count), end - at)
      } else for (let to = row + first + this.#count; at < end; at += 4) matrix[to++] = view.getFloat32(at, true)
      this.#count += count
    } else if (columns === undefined && this.#count + count <= size && this.#scalar === ScalarType.DOUBLE) {
      for (let to = row + first + this.#count; at < end; at += 8) matrix[to++] = view.getFloat64(at, true)
      this.#count += count
    } else for (; at < end; at += fixed.size) this.one(fixed.read(view, at), matrix, cells, row)
    return end
  }

  /** Ends a record: returns the flags of a vector's cells, all missing where there was no value, and all invalid where there were too many or few. */
  end(matrix: Matrix, cells: Uint8Array, row: number): number {
    const { columns, size } = this.#list
    if (columns !== undefined || this.#count === size) return CELL.present
    const cell = this.#count === 0 ? CELL.missing : CELL.invalid
    this.#fill(cell, { matrix, cells, row })
    return cell
  }

  #varints(bytes: Uint8Array, at: number, end: number, matrix: Matrix, cells: Uint8Array, row: number): number {
    const value = VARINT[this.#scalar]!
    while (at < end) {
      at = readVarint(bytes, at, end)
      if (at < 0) return MALFORMED
      this.one(value(), matrix, cells, row)
    }
    return at
  }

  #fill(cell: number, { matrix, cells, row }: { readonly matrix: Matrix; readonly cells: Uint8Array; readonly row: number }): void {
    const { columns, first, size } = this.#list
    if (columns === undefined) {
      matrix.fill(Number.NaN, row + first, row + first + size)
      cells.fill(cell, row + first, row + first + size)
      return
    }
    for (const column of columns) {
      if (column < 0) continue
      matrix[row + column] = Number.NaN
      cells[row + column] = cell
    }
  }
}
