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

/** What rejects the rows that have a value of the wrong type, or one that the source library would not take either. */
function createRowCheck({ inputs, columns, finiteFloats }: TreePlan): (frame: Frame, scores: Scores) => void {
  const width = inputs.length
  const strict = columns.flatMap((column) => (column.as === 'codes' && column.strict ? [column.input] : []))
  const needed = columns.flatMap((column) => (column.as === 'equals' ? [column.input] : []))
  const numbers = finiteFloats ? inputs.flatMap((input, i) => (input.used && input.categories === undefined ? [i] : [])) : []
  const used = inputs.flatMap((input, i) => (input.used ? [i] : []))
  const rejectFirst = (frame: Frame, scores: Scores, row: number): void => {
    const at = row * width
    const { matrix, cells } = frame
    const bad =
      used.find((input) => cells[at + input] === CELL.invalid) ??
      strict.find((input) => matrix[at + input]! < 0) ??
      needed.find((input) => cells[at + input] === CELL.missing) ??
      numbers.find((input) => Math.abs(Math.fround(matrix[at + input]!)) === Infinity)
    if (bad !== undefined) scores.reject(row, featureError(frame, row, bad))
  }
  const looksAtAll = strict.length > 0 || numbers.length > 0
  return (frame, scores) => {
    for (let row = 0; row < frame.rows; row++) {
      if (looksAtAll || frame.flags[row] !== CELL.present) rejectFirst(frame, scores, row)
    }
  }
}
