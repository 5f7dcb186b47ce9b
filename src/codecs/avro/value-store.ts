/* eslint-disable max-params -- the inner loop: an options object per value would cost more than storing it */
import { CELL, type Field } from '../../core/frame.ts'
import { columnStore, type ColumnStore } from '../column-store.ts'
import type { AvroType, EnumType } from './avro-type.ts'
import { decimalNumber, decimalText, timeText, unscaled, uuidText } from './logical-type.ts'

/**
 * What puts a value of this type into a column's cells, where that takes more than an assignment. An enum is its symbols; the reader's
 * default stands for those that the reader's enum lacks.
 */
export function valueStore(field: Field, { type, reader, limit }: StoredType): ColumnStore {
  if (type.kind === 'enum') return enumStore(field, type, { reader, limit })
  const logical = 'logical' in type ? type.logical : undefined
  if (logical === undefined) return columnStore(field, undefined, limit)
  if (logical.name === 'decimal') return decimalStore(field, logical.scale)
  if (logical.name === 'uuid') return type.kind === 'fixed' ? uuidStore(field) : columnStore(field)
  return columnStore(field, { get: (value) => timeText(logical, value) })
}

export interface StoredType {
  readonly type: AvroType
  readonly reader: AvroType | undefined
  /** How many texts an open dictionary may learn. */
  readonly limit?: number | undefined
}

function enumStore(field: Field, type: EnumType, { reader, limit }: Omit<StoredType, 'type'>): ColumnStore {
  const known = reader?.kind === 'enum' ? reader : undefined
  const names = type.symbols.map((symbol) => (known === undefined || known.symbols.includes(symbol) ? symbol : (known.default ?? symbol)))
  const store = columnStore(field, { get: (value) => names[value] }, limit)
  if (field.type === 'category') return store
  // A symbol is no number, whatever its place among the others.
  return { ...store, enumeration: putInvalid }
}

function decimalStore(field: Field, scale: number): ColumnStore {
  const store = columnStore(field)
  if (field.type !== 'category') {
    return {
      ...store,
      text(bytes, at, length, matrix, cells, cell) {
        const value = decimalNumber(bytes, at, length, scale)
        if (value === undefined) putInvalid(Number.NaN, matrix, cells, cell)
        else store.number(value, matrix, cells, cell)
      },
    }
  }
  return textual(store, (bytes, at, length) => {
    const value = unscaled(bytes, at, length)
    return value === undefined ? undefined : decimalText(value, scale)
  })
}

function uuidStore(field: Field): ColumnStore {
  return textual(columnStore(field), uuidText)
}

const encoder = new TextEncoder()

/** Stores the text that bytes stand for. */
function textual(store: ColumnStore, textOf: (bytes: Uint8Array, at: number, length: number) => string | undefined): ColumnStore {
  return {
    ...store,
    text(bytes, at, length, matrix, cells, cell) {
      const text = textOf(bytes, at, length)
      if (text === undefined) return putInvalid(Number.NaN, matrix, cells, cell)
      const encoded = encoder.encode(text)
      store.text(encoded, 0, encoded.length, matrix, cells, cell, false)
    },
  }
}

function putInvalid(_value: number, matrix: Float64Array, cells: Uint8Array, cell: number): void {
  matrix[cell] = Number.NaN
  cells[cell] = CELL.invalid
}
