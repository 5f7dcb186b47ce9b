import { malformed } from './record-splitter.ts'

const MAX_ROW_CHARACTERS = 16 * 1024 * 1024

/**
 * Cuts text into the rows of CSV (RFC 4180), as it comes: cells in quotes may hold the delimiter, line breaks and doubled
 * quotes. Lines end with LF, CRLF or CR. Blank lines are left out.
 */
export class CsvRows {
  /** The line, from 1, on which the row that is being read began. */
  line = 1
  readonly #delimiter: string
  #state: 'start' | 'plain' | 'quoted' | 'quote' = 'start'
  #row: string[] = []
  #cell = ''
  #size = 0
  #afterReturn = false
  #breaks = 0

  constructor(delimiter: string) {
    this.#delimiter = delimiter
  }

  /** The rows that this text completes, each with the line on which it began. */
  push(text: string): { line: number; cells: string[] }[] {
    const rows: { line: number; cells: string[] }[] = []
    let from = 0
    for (let i = 0; i < text.length; i++) {
      const char = text[i]!
      const skip = this.#afterReturn && char === '\n'
      this.#afterReturn = char === '\r'
      if (this.#state === 'quoted') {
        if (char === '"') {
          this.#take(text, from, i)
          this.#state = 'quote'
        } else if ((char === '\n' && !skip) || char === '\r') this.#breaks++
        continue
      }
      if (skip) {
        from = i + 1
        continue
      }
      const ends = char === '\n' || char === '\r'
      if (char === this.#delimiter || ends) {
        if (this.#state === 'plain') this.#take(text, from, i)
        this.#row.push(this.#cell)
        this.#cell = ''
        if (ends) this.#endRow(rows)
        this.#state = 'start'
        from = i + 1
      } else if (this.#state === 'start') {
        this.#state = char === '"' ? 'quoted' : 'plain'
        from = char === '"' ? i + 1 : i
      } else if (this.#state === 'quote') {
        if (char !== '"')
          throw malformed(`line ${this.line + this.#breaks}: after the closing quote of a cell stands ${JSON.stringify(char)}`)
        this.#state = 'quoted'
        from = i
      }
    }
    if (this.#state === 'plain' || this.#state === 'quoted') this.#take(text, from, text.length)
    return rows
  }

  /** The row that the end completes. */
  end(): { line: number; cells: string[] }[] {
    if (this.#state === 'quoted') throw malformed(`line ${this.line}: a cell's quote is never closed`)
    return this.#state === 'start' && this.#row.length === 0 ? [] : this.push('\n')
  }

  #take(text: string, from: number, to: number): void {
    this.#cell += text.slice(from, to)
    this.#size += to - from
    if (this.#size > MAX_ROW_CHARACTERS)
      throw malformed(`line ${this.line}: the row is longer than ${MAX_ROW_CHARACTERS} characters; is a quote never closed?`)
  }

  #endRow(rows: { line: number; cells: string[] }[]): void {
    const blank = this.#row.length === 1 && this.#row[0] === ''
    if (!blank) rows.push({ line: this.line, cells: this.#row })
    this.line += this.#breaks + 1
    this.#breaks = 0
    this.#row = []
    this.#size = 0
  }
}
