/* eslint-disable max-params -- the inner loop: an options object per value would cost more than storing it */
import { type Dictionary } from '../../core/dictionary.ts'
import { CELL, type Field } from '../../core/frame.ts'

/** How many categories an open dictionary may learn from records. */
const MAX_CATEGORIES = 1_000_000

/** Puts values that are not plain numbers for number columns into one column's cells. Part of the readers' inner loop. */
export interface ColumnStore {
  /** UTF-8 text or bytes. Where `emptyIsMissing`, an empty text is a missing value. */
  text(bytes: Uint8Array, at: number, length: number, matrix: Float64Array, cells: Uint8Array, cell: number, emptyIsMissing: boolean): void
  number(value: number, matrix: Float64Array, cells: Uint8Array, cell: number): void
  boolean(value: number, matrix: Float64Array, cells: Uint8Array, cell: number): void
  enumeration(value: number, matrix: Float64Array, cells: Uint8Array, cell: number): void
}

const decoder = new TextDecoder()

/** The store of a column. `enumNames` turns an enum's numbers into categories, where the column is fed by an enum. */
export function columnStore(field: Field, enumNames?: ReadonlyMap<number, string>): ColumnStore {
  if (field.type === 'category') return categoryStore(field.dictionary!, field.open === true, enumNames)
  return {
    text(bytes, at, length, matrix, cells, cell, emptyIsMissing) {
      if (field.type === 'value') return
      const value = length === 0 ? Number.NaN : Number(decoder.decode(bytes.subarray(at, at + length)))
      matrix[cell] = value
      cells[cell] = length === 0 && emptyIsMissing ? CELL.missing : Number.isNaN(value) ? CELL.invalid : CELL.present
    },
    number: put,
    boolean: put,
    enumeration: put,
  }
}

function categoryStore(dictionary: Dictionary, open: boolean, enumNames: ReadonlyMap<number, string> | undefined): ColumnStore {
  const codeOfText = (text: string): number => (open && dictionary.size < MAX_CATEGORIES ? dictionary.add(text) : dictionary.code(text))
  return {
    text(bytes, at, length, matrix, cells, cell, emptyIsMissing) {
      if (length === 0 && emptyIsMissing) {
        matrix[cell] = Number.NaN
        cells[cell] = CELL.missing
        return
      }
      const code = open ? dictionary.internBytes(bytes, at, length, MAX_CATEGORIES) : dictionary.codeOfBytes(bytes, at, length)
      put(code, matrix, cells, cell)
    },
    number: (value, matrix, cells, cell) => put(codeOfText(String(value)), matrix, cells, cell),
    boolean: (value, matrix, cells, cell) => put(codeOfText(value === 1 ? 'true' : 'false'), matrix, cells, cell),
    enumeration: (value, matrix, cells, cell) => put(codeOfText(enumNames?.get(value) ?? String(value)), matrix, cells, cell),
  }
}

function put(value: number, matrix: Float64Array, cells: Uint8Array, cell: number): void {
  matrix[cell] = value
  cells[cell] = CELL.present
}
