/* eslint-disable max-params -- the inner loop: an options object per value would cost more than storing it */
import { CELL, type Field } from '../core/frame.ts'
import { numberOfText } from './text-number.ts'

/** How many categories an open dictionary may learn from records. */
const MAX_CATEGORIES = 1_000_000
/** For how many numbers a category's store remembers the code. */
const REMEMBERED = 4096

/** Puts values that are not plain numbers for number columns into one column's cells. Part of the readers' inner loop. */
export interface ColumnStore {
  /** UTF-8 text or bytes. Where `emptyIsMissing`, an empty text is a missing value. */
  text(bytes: Uint8Array, at: number, length: number, matrix: Float64Array, cells: Uint8Array, cell: number, emptyIsMissing: boolean): void
  number(value: number, matrix: Float64Array, cells: Uint8Array, cell: number): void
  boolean(value: number, matrix: Float64Array, cells: Uint8Array, cell: number): void
  enumeration(value: number, matrix: Float64Array, cells: Uint8Array, cell: number): void
}

/** What an enum's numbers are called, or whatever else stands for a number as a category. */
export interface EnumNames {
  get(value: number): string | undefined
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * The store of a column. `enumNames` turns an enum's numbers into categories, where the column is fed by an enum; an open dictionary
 * learns no more than `limit` texts.
 */
export function columnStore(field: Field, enumNames?: EnumNames, limit = MAX_CATEGORIES): ColumnStore {
  if (field.type === 'category') return categoryStore(field, enumNames, limit)
  return {
    text(bytes, at, length, matrix, cells, cell, emptyIsMissing) {
      if (field.type === 'value') return
      const value = length === 0 ? undefined : numberOfText(decoder.decode(bytes.subarray(at, at + length)))
      matrix[cell] = value ?? Number.NaN
      cells[cell] = length === 0 && emptyIsMissing ? CELL.missing : value === undefined ? CELL.invalid : CELL.present
    },
    number: put,
    boolean: put,
    enumeration: put,
  }
}

function categoryStore(field: Field, enumNames: EnumNames | undefined, limit: number): ColumnStore {
  const dictionary = field.dictionary!
  const open = field.open === true
  // A code that was given once stays, so that its number need not become a text again.
  const codes = new Map<number, number>()
  const codeOf = (value: number, textOf: (value: number) => string): number => {
    const known = codes.get(value)
    if (known !== undefined) return known
    const code = open ? Math.max(-1, dictionary.intern(textOf(value), limit)) : dictionary.code(textOf(value))
    if (code >= 0 && codes.size < REMEMBERED) codes.set(value, code)
    return code
  }
  const enumText = (value: number): string => enumNames?.get(value) ?? String(value)
  return {
    text(bytes, at, length, matrix, cells, cell, emptyIsMissing) {
      if (length === 0 && emptyIsMissing) {
        matrix[cell] = Number.NaN
        cells[cell] = CELL.missing
        return
      }
      const code = open ? dictionary.internBytes(bytes, at, length, limit) : dictionary.codeOfBytes(bytes, at, length)
      put(Math.max(-1, code), matrix, cells, cell)
    },
    number: (value, matrix, cells, cell) => put(codeOf(value, String), matrix, cells, cell),
    boolean: (value, matrix, cells, cell) => put(codeOf(value, booleanText), matrix, cells, cell),
    enumeration: (value, matrix, cells, cell) => put(codeOf(value, enumText), matrix, cells, cell),
  }
}

function booleanText(value: number): string {
  return value === 1 ? 'true' : 'false'
}

function put(value: number, matrix: Float64Array, cells: Uint8Array, cell: number): void {
  matrix[cell] = value
  cells[cell] = CELL.present
}
