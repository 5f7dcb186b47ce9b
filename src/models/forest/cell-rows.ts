import type { Slots } from './slots.ts'

/** Copies cells of a matrix into slots, row after row, so that a kernel reads them densely. */
export interface CellRows {
  readonly cells: Float64Array
  /** Copies `rows` rows from `row` on. Answers whether one of the cells is missing. */
  read(matrix: Float64Array, stride: number, row: number, rows: number): boolean
}

export function createCellRows(slots: Slots, capacity: number, singlePrecision: boolean): CellRows {
  const { count, columns, missingRight } = slots
  const cells = new Float64Array(capacity * count)
  const read = (matrix: Float64Array, stride: number, row: number, rows: number): boolean => {
    let missing = false
    let at = 0
    for (let end = row + rows; row < end; row++) {
      const base = row * stride
      for (let slot = 0; slot < count; slot++) {
        const cell = matrix[base + columns[slot]!]!
        if (cell === cell) cells[at++] = singlePrecision ? Math.fround(cell) : cell
        else {
          missing = true
          cells[at++] = missingRight[slot] === 1 ? Infinity : cell
        }
      }
    }
    return missing
  }
  return { cells, read }
}
