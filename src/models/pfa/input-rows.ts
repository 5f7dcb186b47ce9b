import { Dictionary } from '../../core/dictionary.ts'
import { SluiceError } from '../../core/errors.ts'
import { featureError } from '../../core/feature-error.ts'
import { CELL, type Field, type Frame } from '../../core/frame.ts'
import type { PfaEngine } from './engine/pfa-engine.ts'
import type { RecordField, Type } from './types/type.ts'
import type { Value } from './values/value.ts'

/** Where each of a record's fields is in the record that comes, by path: those that the descriptor declares. */
export type InputPaths = Readonly<Record<string, string>>

/** Makes values of the input type from the rows of frames. */
export interface InputRows {
  readonly fields: readonly Field[]
  /** The value of a row; throws a `SluiceError` of record scope where the row has none. */
  read(frame: Frame, row: number): Value
}

/** How a field is read from its cell: numbers and texts from the matrix, anything else from the record itself. */
interface Column {
  readonly field: Field
  readonly type: Type
  readonly nullable: boolean
  readonly fallback?: { readonly value: Value }
  readonly path: readonly string[]
}

const NUMBERS: ReadonlySet<string> = new Set(['int', 'long', 'float', 'double', 'boolean'])

/**
 * The inputs of a document: the fields of its input record, or `input` where that is no record. A map takes a record as a whole where the
 * record has no field `input`.
 */
export function createInputRows(engine: PfaEngine, paths: InputPaths): InputRows {
  const { input } = engine.document
  if (input.kind !== 'record') return singleInput(engine, paths)
  const columns = input.fields.map((field) => columnOf(field, { engine, paths }))
  const readers = columns.map((column, i) => cellReader(column, i, engine))
  const Class = engine.values.classes.get(input)
  // The record is made by its constructor, with one expression per field, so that its shape is the compiler's.
  const source = `return (frame, row) => new Class(${readers.map((_, i) => `r${i}(frame, row)`).join(', ')})`
  const names = readers.map((_, i) => `r${i}`)
  // oxlint-disable-next-line typescript/no-implied-eval -- names that are numbered here, and nothing of the document
  const create = new Function('Class', ...names, source) as (...args: readonly unknown[]) => InputRows['read']
  return { fields: columns.map(({ field }) => field), read: create(Class, ...readers) }
}

function singleInput(engine: PfaEngine, paths: InputPaths): InputRows {
  const { input } = engine.document
  if (input.kind === 'null') return { fields: [], read: () => null }
  const column = columnOf({ name: 'input', type: input }, { engine, paths })
  if (input.kind !== 'map') return { fields: [column.field], read: cellReader(column, 0, engine) }
  const field: Field = { name: 'input', type: 'value', required: false }
  const read = (frame: Frame, row: number): Value => {
    const record = frame.value(row)
    return engine.readInput(valueAt(record, column.path) ?? record)
  }
  return { fields: [field], read }
}

function columnOf(declared: RecordField, { engine, paths }: { engine: PfaEngine; paths: InputPaths }): Column {
  const { name, type } = declared
  const branches = type.kind === 'union' ? type.types.filter(({ kind }) => kind !== 'null') : [type]
  const nullable = type.kind === 'null' || (type.kind === 'union' && branches.length < type.types.length)
  const [only] = branches
  const plain = branches.length === 1 && only !== undefined ? only : type
  const fallback = declared.fallback === undefined ? undefined : { value: engine.values.literalReader(type)(declared.fallback) }
  const path = (Object.hasOwn(paths, name) ? paths[name]! : name).split('.')
  const required = !nullable && fallback === undefined
  const common = { type: plain, nullable, path, ...(fallback && { fallback }) }
  if (NUMBERS.has(plain.kind)) return { ...common, field: { name, type: 'number', required } }
  if (plain.kind === 'string') return { ...common, field: { name, type: 'category', dictionary: new Dictionary(), open: true, required } }
  if (plain.kind === 'enum') return { ...common, field: { name, type: 'category', dictionary: new Dictionary(plain.symbols), required } }
  return { ...common, type, field: { name, type: 'value', required } }
}

type ReadCell = (frame: Frame, row: number) => Value

function cellReader(column: Column, place: number, engine: PfaEngine): ReadCell {
  const { type } = column
  const refuse = (frame: Frame, row: number): never => {
    throw rejection(frame, row, place)
  }
  if (column.field.type === 'value') return valueReader(column, place, engine)
  if (column.field.type === 'category') return textReader(column, place, refuse)
  const read = numberReader(type, { refuse, column })
  return (frame, row) => {
    const cell = row * frame.fields.length + place
    if (frame.flags[row] !== 0 && frame.cells[cell] !== CELL.present) return absent(column, { frame, row, place })
    return read(frame.matrix[cell]!, frame, row)
  }
}

interface Numeric {
  readonly refuse: (frame: Frame, row: number) => never
  readonly column: Column
}

type ReadNumber = (value: number, frame: Frame, row: number) => Value

function numberReader(type: Type, { refuse, column }: Numeric): ReadNumber {
  const readers: Readonly<Record<string, ReadNumber>> = {
    double: (value) => value,
    float: (value) => Math.fround(value),
    boolean: (value, frame, row) => (value === 1 ? true : value === 0 ? false : refuse(frame, row)),
    int: (value, frame, row) => ((value | 0) === value ? value + 0 : refuse(frame, row)),
    // A long beyond 2^53 is rounded in the matrix: the record has it exactly.
    long: (value, frame, row) => (Number.isSafeInteger(value) ? value + 0 : exactLong(column, { frame, row, refuse })),
  }
  return readers[type.kind]!
}

function exactLong(column: Column, { frame, row, refuse }: { frame: Frame; row: number; refuse: Numeric['refuse'] }): Value {
  const value = valueAt(frame.value(row), column.path)
  if (typeof value === 'bigint' && value >= -(2n ** 63n) && value < 2n ** 63n) return value
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value)
  return refuse(frame, row)
}

function textReader(column: Column, place: number, refuse: Numeric['refuse']): ReadCell {
  const texts = column.field.dictionary!.texts
  return (frame, row) => {
    const cell = row * frame.fields.length + place
    if (frame.flags[row] !== 0 && frame.cells[cell] !== CELL.present) return absent(column, { frame, row, place })
    const code = frame.matrix[cell]!
    if (code >= 0) return texts[code]!
    // A dictionary takes only so many texts: the others are in the record.
    const value = column.type.kind === 'string' ? valueAt(frame.value(row), column.path) : undefined
    return typeof value === 'string' ? value : refuse(frame, row)
  }
}

function valueReader(column: Column, place: number, engine: PfaEngine): ReadCell {
  const read = engine.values.inputReader(column.type)
  return (frame, row) => {
    const cell = row * frame.fields.length + place
    if (frame.cells[cell] === CELL.missing) return absent(column, { frame, row, place })
    try {
      return read(valueAt(frame.value(row), column.path))
    } catch (error) {
      throw rejection(frame, row, place, error)
    }
  }
}

function absent(column: Column, { frame, row, place }: { frame: Frame; row: number; place: number }): Value {
  if (frame.cells[row * frame.fields.length + place] === CELL.missing) {
    if (column.fallback !== undefined) return column.fallback.value
    if (column.nullable) return null
  }
  throw rejection(frame, row, place)
}

// oxlint-disable-next-line max-params -- a cell of a frame
function rejection(frame: Frame, row: number, place: number, cause?: unknown): SluiceError {
  const cell = row * frame.fields.length + place
  const { name, type, open } = frame.fields[place]!
  const unknown = type === 'category' && open !== true && frame.matrix[cell]! < 0
  if (frame.cells[cell] !== CELL.present || unknown) return featureError(frame, row, place)
  const reason = cause instanceof Error ? cause.message : `${frame.text(row, place) ?? String(frame.matrix[cell])} is not of its type`
  return new SluiceError('record.feature.invalid', `feature '${name}': ${reason}`, { cause, details: { feature: name } })
}

function valueAt(record: unknown, path: readonly string[]): unknown {
  let value = record
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  return value
}
