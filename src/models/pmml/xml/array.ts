import { count, text } from './attributes.ts'
import { childrenOf, type Element, malformed } from './element.ts'
import { parseReal } from '../values/literal.ts'

/**
 * The items of an `Array` element (PMML 4.4.1, General Structure): separated by blanks, in double quotes where an item has
 * blanks in it, with \" for a quote inside.
 */
export function arrayIn(element: Element): readonly string[] {
  const items: string[] = []
  const source = element.text
  let at = 0
  for (;;) {
    while (at < source.length && isBlank(source.charCodeAt(at))) at++
    if (at >= source.length) break
    if (source[at] === '"') {
      const [item, end] = quoted(element, source, at + 1)
      items.push(item)
      at = end
    } else {
      const start = at
      while (at < source.length && !isBlank(source.charCodeAt(at))) at++
      items.push(source.slice(start, at).replaceAll('\\"', '"'))
    }
  }
  const n = count(element, 'n')
  if (n !== undefined && n !== items.length) throw malformed(element, `declares n="${n}" and has ${items.length} items`)
  return items
}

/** The items of an `Array` of numbers. */
export function numbersIn(element: Element): readonly number[] {
  return arrayIn(element).map((item) => {
    const number = parseReal(item)
    if (Number.isNaN(number)) throw malformed(element, `has the item '${item}', which is not a number`)
    return number
  })
}

/** The items of a sparse array of numbers: `size` of them, zeros (or the default value) but for those that are listed by 1-based index. */
export function sparseNumbersIn(element: Element, size: number): readonly number[] {
  const length = count(element, 'n') ?? size
  if (length > size) throw malformed(element, `declares n="${length}"; there are ${size} fields`)
  const values = Array.from({ length: size }, () => parseReal(text(element, 'defaultValue') ?? '0'))
  const listed = (name: string): readonly number[] => childrenOf(element, name).flatMap(numbersIn)
  const [indices, entries] = [listed('Indices'), [...listed('REAL-Entries'), ...listed('INT-Entries')]]
  if (indices.length !== entries.length) throw malformed(element, `has ${indices.length} indices for ${entries.length} entries`)
  for (const [i, index] of indices.entries()) {
    if (!(Number.isInteger(index) && index >= 1 && index <= size))
      throw malformed(element, `has the index ${index}; it must be from 1 to ${size}`)
    values[index - 1] = entries[i]!
  }
  return values
}

/** The rows of a `Matrix` element that has one Array per row, or MatCells with 1-based positions. */
export function matrixIn(element: Element): readonly (readonly number[])[] {
  const arrays = childrenOf(element, 'Array')
  if (arrays.length > 0) return filled(arrays.map(numbersIn), text(element, 'kind'))
  const cells = childrenOf(element, 'MatCell')
  const [rows, columns] = [count(element, 'nbRows') ?? 0, count(element, 'nbCols') ?? 0]
  if (rows * columns > 1_000_000) throw malformed(element, `has ${rows} x ${columns} cells; the limit is 1000000`)
  const diagonal = parseReal(text(element, 'diagDefault') ?? '0')
  const other = parseReal(text(element, 'offDiagDefault') ?? '0')
  const matrix = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_value, column) => (row === column ? diagonal : other)),
  )
  for (const cell of cells) {
    const row = matrix[(count(cell, 'row') ?? 0) - 1]
    const column = (count(cell, 'col') ?? 0) - 1
    if (row === undefined || !(column >= 0 && column < columns)) throw malformed(cell, `is outside of a ${rows} x ${columns} matrix`)
    row[column] = parseReal(cell.text)
  }
  return matrix
}

function quoted(element: Element, source: string, start: number): [string, number] {
  let item = ''
  for (let at = start; at < source.length; at++) {
    if (source[at] === '\\' && source[at + 1] === '"') item += source[++at]!
    else if (source[at] === '"') return [item, at + 1]
    else item += source[at]!
  }
  throw malformed(element, 'has a quoted item that does not end')
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}

/** The rows that arrays stand for: of a symmetric matrix the left lower triangle may be there, of a diagonal one the diagonal. */
function filled(rows: readonly (readonly number[])[], kind: string | undefined): readonly (readonly number[])[] {
  if (kind === 'diagonal' && rows.length === 1) return rows[0]!.map((value, i) => rows[0]!.map((_, j) => (i === j ? value : 0)))
  if (kind !== 'symmetric' || !rows.every((row, i) => row.length === i + 1)) return rows
  return rows.map((row, i) => rows.map((other, j) => (j <= i ? row[j]! : other[i]!)))
}
