/** A table of texts, with the names of its columns. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** Reads a CSV table with a heading (RFC 4180). Without a separator given it is the comma, or the tab or semicolon where the heading has no comma. */
export function readCsv(text: string, separator?: string): Table {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  const lines = [...recordsOf(source, separator ?? separatorOf(source))]
  return { columns: lines[0] ?? [], rows: lines.slice(1) }
}

function separatorOf(text: string): string {
  return /[,\t;]/.exec(text.slice(0, Math.max(0, text.indexOf('\n'))))?.[0] === ';' ? ';' : /^[^,\n]*\t/.test(text) ? '\t' : ','
}

function* recordsOf(text: string, separator: string): Generator<string[]> {
  let record: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if (quoted) {
      if (c !== '"') cell += c
      else if (text[i + 1] === '"') cell += text[++i]!
      else quoted = false
    } else if (c === '"' && cell === '') quoted = true
    else if (c === separator) {
      record.push(cell)
      cell = ''
    } else if (c === '\n') {
      yield [...record, cell.replace(/\r$/, '')]
      record = []
      cell = ''
    } else cell += c
  }
  if (cell !== '' || record.length > 0) yield [...record, cell]
}

/** Whether a cell stands for a missing value. */
export function isMissing(cell: string): boolean {
  return cell === '' || cell === 'NA' || cell === 'N/A'
}
