import { child, childrenOf, type Element, requiredChild, unsupported } from '../xml/element.ts'

/** The rows of the `InlineTable` in an element, as the texts of these columns; undefined where a row has no such cell. */
export function tableRows(element: Element, columns: readonly string[]): readonly (readonly (string | undefined)[])[] {
  const located = child(element, 'TableLocator')
  if (located !== undefined) throw unsupported(located)
  return childrenOf(requiredChild(element, 'InlineTable'), 'row').map((row) => {
    const cells = new Map<string, string>()
    for (const cell of row.children) {
      cells.set(cell.name, cell.text)
      const local = cell.name.slice(cell.name.indexOf(':') + 1)
      if (!cells.has(local)) cells.set(local, cell.text)
    }
    return columns.map((column) => cells.get(column))
  })
}
