import { stripVTControlCharacters } from 'node:util'
import type { Style } from './style.ts'

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' })

export interface Column {
  readonly title: string
  readonly align?: 'right'
}

/** Rows as aligned lines under a dim line of titles. Cells may be coloured; they must not hold line breaks. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[], style: Style): string[] {
  const widths = columns.map((column, c) => Math.max(column.title.length, ...rows.map((row) => width(row[c]!))))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, c) => {
        const space = ' '.repeat(widths[c]! - width(cell))
        return columns[c]!.align === 'right' ? space + cell : cell + space
      })
      .join('  ')
      .trimEnd()
  return [style.dim(line(columns.map((column) => column.title))), ...rows.map(line)]
}

function width(text: string): number {
  return [...GRAPHEMES.segment(stripVTControlCharacters(text))].length
}
