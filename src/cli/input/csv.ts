import { asSluiceError, type SluiceError } from '../../core/errors.ts'
import { CsvRows } from './csv-rows.ts'
import { malformed, type RecordSplitter } from './record-splitter.ts'

export interface CsvOptions {
  /** One character; where absent, the one of `,` `;` tab `|` that the first line has most of. */
  readonly delimiter?: string
  /** The names of the columns, where the file does not say them or says them badly. */
  readonly columns?: readonly string[]
  /** Whether the first line names the columns; where absent, it does if `columns` is absent. */
  readonly header?: boolean
  /** Columns whose cells stay texts, even where they look like numbers. */
  readonly text?: readonly string[]
  /** A cell with this text is missing, as an empty one is: `NA`. */
  readonly missing?: string
  /** Fields that every record gets. */
  readonly add?: Readonly<Record<string, string>>
}

const encoder = new TextEncoder()
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const DELIMITERS = [',', ';', '\t', '|']
const MAX_FIRST_LINE = 1024 * 1024

/**
 * CSV as JSON records: a field per column. A cell that is a JSON number becomes a number, digit by digit as it stands; an
 * empty one becomes no field; anything else is text. Throws `cli.file.malformed` with the line.
 */
export function createCsvSplitter(options: CsvOptions = {}): RecordSplitter {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const added = Object.entries(options.add ?? {}).map(([name, value]) => `${JSON.stringify(name)}:${jsonCell(value, false)}`)
  let lines: number[] = []
  let problem: SluiceError | undefined
  let head = ''
  let rows: CsvRows | undefined = options.delimiter === undefined ? undefined : new CsvRows(options.delimiter)
  let skipHeader = options.header ?? options.columns === undefined
  let columns: Column[] | undefined = options.columns === undefined ? undefined : describeColumns(options.columns, options, 0)

  function decode(bytes?: Uint8Array): string {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined })
    } catch {
      throw malformed(`after line ${rows?.line ?? 1}: the text is not UTF-8`)
    }
  }

  function read(text: string, atEnd: boolean): Uint8Array[] {
    if (problem !== undefined) throw problem
    let chunk = text
    if (rows === undefined) {
      head += text
      if (!atEnd && !/[\r\n]/.test(head) && head.length < MAX_FIRST_LINE) return []
      rows = new CsvRows(guessDelimiter(head))
      chunk = head
      head = ''
    }
    const found = rows.push(chunk)
    if (atEnd) found.push(...rows.end())
    const made: Uint8Array[] = []
    for (const { line, cells } of found) {
      try {
        for (const bytes of record(line, cells)) {
          made.push(bytes)
          lines.push(line)
        }
      } catch (error) {
        // The rows before it are good: the next call fails.
        if (made.length === 0) throw error
        problem = asSluiceError(error, 'cli.file.malformed', `line ${line}`)
        break
      }
    }
    return made
  }

  function record(line: number, cells: string[]): Uint8Array[] {
    if (skipHeader) {
      skipHeader = false
      columns ??= describeColumns(cells, options, line)
      return []
    }
    columns ??= describeColumns(
      cells.map((_, i) => `column${i + 1}`),
      options,
      line,
    )
    if (cells.length !== columns.length)
      throw malformed(
        `line ${line}: ${cells.length} cells, but there are ${columns.length} columns (${columns
          .map(({ name }) => name)
          .join(', ')
          .slice(0, 200)})`,
      )
    const fields = [...added]
    for (const [i, { prefix, text }] of columns.entries()) {
      const cell = cells[i]!
      if (cell !== '' && cell !== options.missing) fields.push(prefix + jsonCell(cell, text))
    }
    return [encoder.encode(`{${fields.join(',')}}`)]
  }

  return {
    contentType: 'application/x-ndjson',
    separator: '\n',
    get lines() {
      return lines
    },
    get columns() {
      return columns && [...Object.keys(options.add ?? {}), ...columns.map(({ name }) => name)]
    },
    push(bytes) {
      lines = []
      return read(decode(bytes), false)
    },
    end() {
      lines = []
      return read(decode(), true)
    },
  }
}

interface Column {
  readonly name: string
  /** `"name":`. */
  readonly prefix: string
  readonly text: boolean
}

function describeColumns(names: readonly string[], { text = [], add = {} }: CsvOptions, line: number): Column[] {
  const where = line === 0 ? 'the column names' : `line ${line}`
  const trimmed = names.map((name) => name.trim())
  for (const [i, name] of trimmed.entries()) {
    if (name === '') throw malformed(`${where}: column ${i + 1} has no name`)
    if (trimmed.indexOf(name) !== i) throw malformed(`${where}: two columns are called '${name}'`)
    if (Object.hasOwn(add, name)) throw malformed(`${where}: the field '${name}' is to be added, but it is a column`)
  }
  const unknown = text.find((name) => !trimmed.includes(name))
  if (unknown !== undefined)
    throw malformed(`${where}: there is no column '${unknown}' to keep as text, only ${trimmed.join(', ').slice(0, 200)}`)
  return trimmed.map((name) => ({ name, prefix: `${JSON.stringify(name)}:`, text: text.includes(name) }))
}

function jsonCell(cell: string, text: boolean): string {
  const number = text ? '' : cell.trim()
  return JSON_NUMBER.test(number) ? number : JSON.stringify(cell)
}

function guessDelimiter(text: string): string {
  const line = text.replaceAll(/"[^"]*"?/g, '').split(/[\r\n]/, 1)[0]!
  const count = (delimiter: string) => line.split(delimiter).length
  return DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best))
}
