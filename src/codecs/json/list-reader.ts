import { fitsShape } from '../../core/shape.ts'
import type { FedList } from '../list-place.ts'
import { NumberRun } from './number-run.ts'
import { DEEPEST, type JsonScanner } from './scanner.ts'

const OPEN = 91
const CLOSE = 93

/** Stores the value that the scanner has just passed and that began with this byte. */
export type StoreValue = (column: number, byte: number) => void

/** Goes through a list, nested or not, once, and stores the values that feed columns. */
export class JsonListReader {
  /** Whether all values of the last list were numbers, so that all cells are present. */
  isPlain = true
  readonly #scanner: JsonScanner
  readonly #run: NumberRun
  readonly #store: StoreValue
  /** By depth, the length that lists have there, or -1. */
  readonly #lengths: number[] = []
  /** The depth of the lists that hold values, or -1. */
  #leaves = -1
  #isRegular = true
  #count = 0
  #matrix: Float64Array = new Float64Array(0)
  #row = 0

  constructor(scanner: JsonScanner, store: StoreValue) {
    this.#scanner = scanner
    this.#run = new NumberRun(scanner)
    this.#store = store
  }

  /**
   * Passes the list whose bracket is next, and stores its values in the row at `row`; false where the text breaks the grammar. What did
   * not fit is not to be used.
   */
  // eslint-disable-next-line max-params -- the inner loop
  read(list: FedList, matrix: Float64Array, row: number, depth: number): boolean {
    this.#matrix = matrix
    this.#row = row
    this.isPlain = true
    this.#lengths.length = 0
    this.#leaves = -1
    this.#isRegular = true
    this.#count = 0
    return this.#list(list, 0, depth)
  }

  /** Whether the last list had the shape that it must have. */
  fits({ shape, size }: FedList): boolean {
    if (shape === undefined) return this.#isRegular
    return this.#isRegular && this.#count === size && fitsShape(this.#lengths, shape)
  }

  #list(list: FedList, level: number, depth: number): boolean {
    const scanner = this.#scanner
    if (depth >= DEEPEST) return scanner.fail(`it is nested more than ${DEEPEST} deep`)
    scanner.at++
    if (this.#lengths.length === level) this.#lengths.push(-1)
    let byte = scanner.peek()
    const isNested = byte === OPEN
    let length = 0
    if (byte !== CLOSE) {
      for (;;) {
        if (byte === OPEN && isNested) {
          if (!this.#list(list, level + 1, depth + 1)) return false
          length++
        } else if (byte === OPEN || isNested) {
          this.#isRegular = false
          if (!scanner.value(depth + 1)) return false
        } else {
          const count = this.#numbers(list)
          length += count
          if (count === 0 || this.#run.afterComma) {
            if (!this.#item(list, scanner.peek(), depth)) return false
            length++
          }
        }
        if (scanner.take(CLOSE)) break
        if (!scanner.take(44)) return scanner.fail('a comma or a closing bracket is missing')
        byte = scanner.peek()
      }
    } else scanner.at++
    if (this.#lengths[level]! < 0) this.#lengths[level] = length
    if (!isNested && this.#leaves < 0) this.#leaves = level
    // Lists of one depth have one length, and those of values one depth.
    if (this.#lengths[level] !== length || (!isNested && this.#leaves !== level)) this.#isRegular = false
    return true
  }

  /** Stores the numbers that are next, where the columns of all are next to each other, and returns how many they were. */
  #numbers({ isNumeric, columns, first, size }: FedList): number {
    if (!isNumeric || columns !== undefined || this.#count >= size) return 0
    const count = this.#run.read(this.#matrix, this.#row + first + this.#count, size - this.#count)
    this.#count += count
    return count
  }

  #item({ columns, first, size }: FedList, byte: number, depth: number): boolean {
    if (byte === OPEN) this.#isRegular = false
    if (!this.#scanner.value(depth + 1)) return false
    this.isPlain = false
    const place = this.#count++
    if (place >= size) return true
    const column = columns === undefined ? first + place : columns[place]!
    if (column >= 0) this.#store(column, byte)
    return true
  }
}
