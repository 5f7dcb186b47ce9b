import type { DataType } from '../values/data-type.ts'

/** A value of a row: the row's cells begin at `at` in `cells`. NaN is missing. */
export type Evaluate = (cells: Float64Array, at: number) => number

/** Writes cells of a row from other cells of it. */
export type Step = (cells: Float64Array, at: number) => void

/** Something that has a value in every row: a field, a constant, an expression. */
export interface Operand {
  readonly type: DataType
  readonly run: Evaluate
  /** The cell that holds it, where there is one. */
  readonly slot?: number
  /** How a constant is written, so that it can be read as another type. */
  readonly literal?: string
  /** The input that it passes on unchanged, for texts. */
  readonly source?: TextSource
  /** The cell with the text code that its value is a function of, where it is one of nothing else. */
  readonly origin?: number
  /** Declared values of a categorical field. */
  readonly values?: readonly string[]
}

/** An input field of texts, told what the document does with it, so that it knows which texts it must tell apart. */
export interface TextSource {
  /** The document compares it with this text. */
  mention(text: string): void
  /** The document does more with it than comparing it with texts that it mentions: every text of a record must be kept. */
  open(): void
}

/** The operand that a cell holds. */
export function cellOperand(type: DataType, slot: number, rest: Partial<Operand> = {}): Operand {
  return { ...rest, type, slot, run: (cells, at) => cells[at + slot]! }
}

/** The operand that has one value in all rows. */
export function constantOperand(type: DataType, value: number, literal?: string): Operand {
  return { type, run: () => value, ...(literal !== undefined && { literal }) }
}
