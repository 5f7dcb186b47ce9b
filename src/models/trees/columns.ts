import { featureError } from '../../core/feature-error.ts'
import { CELL, type Frame } from '../../core/frame.ts'
import type { Scores } from '../../core/scores.ts'
import type { ColumnPlan, TreePlan } from './tree-plan.ts'

/** Makes the matrix of a forest from frames. */
export interface Columns {
  /** Cells of a row. */
  readonly stride: number
  /** The cells of all rows, row-major, valid until the next call; rejects rows that the model can't take. */
  read(frame: Frame, scores: Scores): Float64Array
}

/** Computes the cells of one column that depend on more than a cell. */
export type ColumnWriter = (frame: Frame, row: number) => number

/** LightGBM's kZeroThreshold, a float32. */
const ZERO = Math.fround(1e-35)
/** A code that no set has. */
const IN_NO_SET = 2 ** 30

/** Makes the columns of a plan. `derive` gives the writers of columns that only its format knows. */
export function createColumns(plan: TreePlan, derive?: (column: ColumnPlan) => ColumnWriter): Columns {
  const { columns, inputs } = plan
  const check = createRowCheck(plan)
  // The frame's own matrix will do, where a forest's columns say where its features are.
  if (columns.every((column) => column.as === 'number')) {
    return {
      stride: inputs.length,
      read(frame, scores) {
        check(frame, scores)
        return frame.matrix
      },
    }
  }
  const writers = columns.map((column) => writerOf(column) ?? derive!(column))
  const width = columns.length
  let cells = new Float64Array(0)
  return {
    stride: width,
    read(frame, scores) {
      check(frame, scores)
      if (cells.length < frame.rows * width) cells = new Float64Array(frame.rows * width)
      for (let row = 0, at = 0; row < frame.rows; row++) {
        for (let column = 0; column < width; column++) cells[at++] = writers[column]!(frame, row)
      }
      return cells
    },
  }
}

/** Per feature of the forest: its column in what `createColumns` reads. */
export function columnIndices({ columns }: Pick<TreePlan, 'columns'>): Int32Array {
  const isDirect = columns.every((column) => column.as === 'number')
  return Int32Array.from(columns, (column, i) => (isDirect && 'input' in column ? column.input : i))
}

function writerOf(plan: ColumnPlan): ColumnWriter | undefined {
  if (plan.as === 'equals' || plan.as === 'ctr') return undefined
  const { input } = plan
  const cellOf = (frame: Frame, row: number): number => frame.matrix[row * frame.fields.length + input]!
  if (plan.as === 'number') return cellOf
  if (plan.as === 'zeroIsMissing') {
    return (frame, row) => {
      const cell = cellOf(frame, row)
      return cell >= -ZERO && cell <= ZERO ? Number.NaN : cell
    }
  }
  if (plan.as === 'natural') {
    return (frame, row) => {
      const cell = cellOf(frame, row)
      return cell < 0 || cell >= 2 ** 24 ? IN_NO_SET : cell
    }
  }
  return (frame, row) => {
    const cell = Math.trunc(cellOf(frame, row))
    return cell < 0 ? Number.NaN : cell
  }
}

/** What a cell of an input must be for a row to be scored, beside being of the input's type. */
const MUST = { nothing: 0, finite: 1, known: 2, present: 3 } as const

/** What rejects the rows that have a value of the wrong type, or one that the source library would not take either. */
function createRowCheck({ inputs, columns, finiteFloats }: TreePlan): (frame: Frame, scores: Scores) => void {
  const width = inputs.length
  const must = Uint8Array.from(inputs, ({ used, categories }) =>
    used && finiteFloats && categories === undefined ? MUST.finite : MUST.nothing,
  )
  for (const column of columns) {
    if (column.as === 'codes' && column.strict) must[column.input] = MUST.known
    if (column.as === 'equals') must[column.input] = MUST.present
  }
  const used = Int32Array.from(inputs.flatMap((input, i) => (input.used ? [i] : [])))
  /** The first input that the row can't be scored for, or -1. */
  const badInput = ({ matrix, cells }: Frame, at: number): number => {
    for (let i = 0; i < used.length; i++) {
      const input = used[i]!
      const cell = cells[at + input]!
      if (cell === CELL.invalid || (cell === CELL.missing && must[input] === MUST.present)) return input
      if (must[input] === MUST.known && matrix[at + input]! < 0) return input
      if (must[input] === MUST.finite && Math.abs(Math.fround(matrix[at + input]!)) === Infinity) return input
    }
    return -1
  }
  const looksAtAll = must.some((one) => one === MUST.finite || one === MUST.known)
  return (frame, scores) => {
    for (let row = 0; row < frame.rows; row++) {
      if (!looksAtAll && frame.flags[row] === CELL.present) continue
      const input = badInput(frame, row * width)
      if (input >= 0) scores.reject(row, featureError(frame, row, input))
    }
  }
}
