import type { Matrix } from './matrix.ts'

/** A matrix by names of rows and columns; a cell that isn't there is 0. */
export type KeyedMatrix = ReadonlyMap<string, ReadonlyMap<string, number>>
export type KeyedVector = ReadonlyMap<string, number>

export function rowKeys(...matrices: readonly KeyedMatrix[]): string[] {
  return unique(matrices.flatMap((matrix) => [...matrix.keys()]))
}

export function columnKeys(...matrices: readonly KeyedMatrix[]): string[] {
  return unique(matrices.flatMap((matrix) => [...matrix.values()].flatMap((row) => [...row.keys()])))
}

export function unique(keys: readonly string[]): string[] {
  return [...new Set(keys)]
}

export function sameKeys(x: ReadonlyMap<string, unknown>, y: ReadonlyMap<string, unknown>): boolean {
  return x.size === y.size && [...x.keys()].every((key) => y.has(key))
}

export function cell(matrix: KeyedMatrix, row: string, column: string): number {
  return matrix.get(row)?.get(column) ?? 0
}

export function toRows(matrix: KeyedMatrix, rows: readonly string[], columns: readonly string[]): number[][] {
  return rows.map((row) => columns.map((column) => cell(matrix, row, column)))
}

export function toVector(vector: KeyedVector, keys: readonly string[]): number[] {
  return keys.map((key) => vector.get(key) ?? 0)
}

export function fromRows(matrix: Matrix, rows: readonly string[], columns: readonly string[]): Map<string, Map<string, number>> {
  return new Map(rows.map((row, i) => [row, fromVector(matrix[i]!, columns)]))
}

export function fromVector(vector: readonly number[], keys: readonly string[]): Map<string, number> {
  return new Map(keys.map((key, i) => [key, vector[i]!]))
}
