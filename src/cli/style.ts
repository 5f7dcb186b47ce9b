import { styleText } from 'node:util'
import type { Io, Terminal } from './io.ts'

type Paint = (text: string) => string

/** Colours for one stream; plain text where it is not a terminal, or where NO_COLOR is set (no-color.org). */
export interface Style {
  readonly strong: Paint
  readonly dim: Paint
  readonly good: Paint
  readonly bad: Paint
  readonly warn: Paint
  readonly accent: Paint
}

export function createStyle(io: Io, stream: Terminal): Style {
  const coloured = stream.isTTY === true && !io.env['NO_COLOR'] && io.env['TERM'] !== 'dumb'
  const paint = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    coloured && text !== '' ? styleText(format, text, { validateStream: false }) : text
  return { strong: paint('bold'), dim: paint('dim'), good: paint('green'), bad: paint('red'), warn: paint('yellow'), accent: paint('cyan') }
}
