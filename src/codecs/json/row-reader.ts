import { type Batch, INDEX } from '../../core/batch.ts'
import type { BoundField, RowReader } from '../../core/codec.ts'
import { SluiceError } from '../../core/errors.ts'
import { CELL, type Field, type FrameBuffer } from '../../core/frame.ts'
import type { Outcomes } from '../../core/outcomes.ts'
import { fedLists } from '../list-place.ts'
import { pathSteps } from '../path.ts'
import { numberOfText } from '../text-number.ts'
import { KeyTree } from './key-tree.ts'
import { JsonRows } from './json-rows.ts'
import { ListColumns } from './list-columns.ts'
import { JsonScanner } from './scanner.ts'

const QUOTE = 34
const OPEN_LIST = 91
const MAX_CATEGORIES = 1_000_000

/**
 * A reader of rows that goes through the bytes of each object once and decodes only the members that are asked for. Where a
 * member stands several times the last one counts, as for `JSON.parse`; a member of the exact name counts before one of a similar name.
 */
export class JsonRowReader implements RowReader {
  readonly #fields: readonly BoundField[]
  readonly #columns: readonly Field[]
  readonly #tree = new KeyTree()
  readonly #scanner = new JsonScanner()
  /** In the tree lists are numbered on from the columns. */
  readonly #lists: ListColumns
  /** The columns that are not of a list with a shape. */
  readonly #single: Int32Array
  #matrix = new Float64Array(0)
  #cells = new Uint8Array(0)
  #row = 0
  /** Per column, the last record that had a member of its exact name; records are counted in `#count`. */
  readonly #exact: Int32Array
  #count = 0

  constructor(fields: readonly BoundField[]) {
    this.#fields = fields
    this.#columns = fields.map((bound) => bound.field)
    const lists = fedLists(fields)
    this.#lists = new ListColumns(lists, this.#scanner, (column, byte) => this.#store(column, byte))
    this.#exact = new Int32Array(fields.length + lists.length)
    this.#single = Int32Array.from(fields.keys()).filter((column) => !isOfVector(fields[column]!))
    fields.forEach(({ path, guessed, list }, column) => {
      if (path === undefined || isOfVector(fields[column]!)) return
      // A member may be called `x[3]`, too.
      const own = list !== undefined && list.shape === undefined ? `${path}[${list.at}]` : path
      this.#tree.want(guessed === true ? [own] : pathSteps(own), column, guessed === true)
    })
    lists.forEach(({ path, guessed }, i) => this.#tree.want(guessed ? [path] : pathSteps(path), fields.length + i, guessed))
  }

  read(batch: Batch, records: Int32Array, count: number, frame: FrameBuffer, outcomes: Outcomes): void {
    frame.reset(this.#columns, count, new JsonRows(batch, this.#fields))
    this.#matrix = frame.matrix
    this.#cells = frame.cells
    const width = this.#columns.length
    let rows = 0
    for (let i = 0; i < count; i++) {
      const record = records[i]!
      const at = batch.index[record * INDEX.stride + INDEX.valueAt]!
      const length = batch.index[record * INDEX.stride + INDEX.valueLength]!
      this.#row = rows * width
      this.#scanner.start(batch.bytes, at, at + length)
      if (this.#record()) {
        frame.flags[rows] = this.#flags() | this.#lists.flags()
        frame.records[rows++] = record
      } else outcomes.reject(record, malformedJson(this.#scanner, at))
    }
    frame.rows = rows
  }

  #record(): boolean {
    const single = this.#single
    this.#count = (this.#count + 1) | 0
    this.#lists.begin(this.#matrix, this.#cells, this.#row)
    for (let i = 0; i < single.length; i++) {
      const column = single[i]!
      this.#matrix[this.#row + column] = Number.NaN
      this.#cells[this.#row + column] = this.#columns[column]!.type === 'value' ? CELL.present : CELL.missing
    }
    if (this.#scanner.peek() !== 123) return this.#scanner.fail('it is not an object')
    if (!this.#object(this.#tree, 0)) return false
    return this.#scanner.peek() === -1 || this.#scanner.fail('something stands after the object')
  }

  #object(tree: KeyTree, depth: number): boolean {
    const scanner = this.#scanner
    scanner.at++
    if (scanner.take(125)) return true
    let previous = -1
    for (;;) {
      if (scanner.peek() !== QUOTE) return scanner.fail('a member without a name in quotes')
      if (!scanner.string()) return false
      const key = scanner.escaped ? tree.findText(scanner.text()) : tree.find(scanner.bytes, scanner.textAt, scanner.textLength, previous)
      if (!scanner.take(58)) return scanner.fail('a name without a colon after it')
      if (key < 0) {
        if (!scanner.value(depth + 1)) return false
      } else {
        previous = key
        if (!this.#member(tree, key, depth)) return false
      }
      if (scanner.take(125)) return true
      if (!scanner.take(44)) return scanner.fail('a comma or a closing brace is missing')
    }
  }

  #member(tree: KeyTree, key: number, depth: number): boolean {
    const scanner = this.#scanner
    const byte = scanner.peek()
    const child = tree.child(key)
    if (child !== undefined) this.#forget(child.everyColumn)
    if (byte === OPEN_LIST && this.#lists.any) return this.#listMember(tree, key, depth)
    if (byte === 123 && child !== undefined ? !this.#object(child, depth + 1) : !scanner.value(depth + 1)) return false
    const columns = tree.columns(key)
    if (columns.length > 0) this.#storeAll(columns, byte, tree.isGuessed(key))
    return true
  }

  /** Forgets what an earlier member of the same name had. */
  #forget(columns: readonly number[]): void {
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!
      if (column >= this.#columns.length) this.#lists.clear(column - this.#columns.length)
      else if (this.#columns[column]!.type !== 'value') this.#put(column, Number.NaN, CELL.missing)
    }
  }

  #storeAll(columns: readonly number[], byte: number, isGuessed: boolean): void {
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!
      if (!isGuessed) this.#exact[column] = this.#count
      else if (this.#exact[column] === this.#count) continue
      if (column < this.#columns.length) this.#store(column, byte)
      else this.#lists.store(column - this.#columns.length, byte)
    }
  }

  /** Passes a list, once for each column or list of columns that wants it, or once where none does. */
  #listMember(tree: KeyTree, key: number, depth: number): boolean {
    const scanner = this.#scanner
    const start = scanner.at
    const columns = tree.columns(key)
    const isGuessed = tree.isGuessed(key)
    let hasPassed = false
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!
      if (!isGuessed) this.#exact[column] = this.#count
      else if (this.#exact[column] === this.#count) continue
      if (column < this.#columns.length) {
        this.#store(column, OPEN_LIST)
        continue
      }
      scanner.at = start
      if (!this.#lists.read(column - this.#columns.length, depth + 1)) return false
      hasPassed = true
    }
    return hasPassed || scanner.value(depth + 1)
  }

  /** Stores the value that the scanner has just passed, and that began with this byte. */
  #store(column: number, byte: number): void {
    const field = this.#columns[column]!
    if (field.type === 'value') return
    if (byte === 110) this.#put(column, Number.NaN, CELL.missing)
    else if (byte === 123 || byte === 91) this.#put(column, Number.NaN, CELL.invalid)
    else if (field.type === 'category') this.#put(column, this.#category(field, byte), CELL.present)
    else if (byte === QUOTE) this.#numericText(column)
    else this.#put(column, byte === 116 ? 1 : byte === 102 ? 0 : this.#scanner.number, CELL.present)
  }

  #put(column: number, value: number, cell: number): void {
    this.#matrix[this.#row + column] = value
    this.#cells[this.#row + column] = cell
  }

  /** The code of a text, or of a number or boolean by its text. */
  #category(field: Field, byte: number): number {
    const scanner = this.#scanner
    const dictionary = field.dictionary!
    if (byte === QUOTE && !scanner.escaped) {
      const { bytes, textAt, textLength } = scanner
      if (field.open !== true) return dictionary.codeOfBytes(bytes, textAt, textLength)
      return Math.max(-1, dictionary.internBytes(bytes, textAt, textLength, MAX_CATEGORIES))
    }
    const text = byte === QUOTE ? scanner.text() : byte === 116 ? 'true' : byte === 102 ? 'false' : String(scanner.number)
    return field.open === true ? Math.max(-1, dictionary.intern(text, MAX_CATEGORIES)) : dictionary.code(text)
  }

  /** A text where a number is wanted: taken where all of it is a number. */
  #numericText(column: number): void {
    const scanner = this.#scanner
    const value = scanner.textIsNumeral() ? scanner.number : numberOfText(scanner.text())
    this.#put(column, value ?? Number.NaN, value === undefined ? CELL.invalid : CELL.present)
  }

  #flags(): number {
    let flags = 0
    const cells = this.#cells
    const single = this.#single
    for (let i = 0; i < single.length; i++) flags |= cells[this.#row + single[i]!]!
    return flags
  }
}

function isOfVector({ path, list }: BoundField): boolean {
  return path !== undefined && list?.shape !== undefined
}

/** Why the scanner stopped, for a record whose value begins at `start`. */
export function malformedJson(scanner: JsonScanner, start: number): SluiceError {
  const message = `the value is not a JSON object: ${scanner.problem} (at byte ${scanner.at - start} of ${scanner.end - start})`
  return new SluiceError('record.json.malformed', message, { details: { at: scanner.at - start, bytes: scanner.end - start } })
}
