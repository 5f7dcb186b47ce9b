import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type { Given, Settings } from './settings.ts'
import type { Path, Position } from './source.ts'

/** Lays a configuration file's text (YAML 1.2, so JSON too) over the settings. Never throws: what is wrong becomes a problem. */
export function readYaml(text: string, file: string, settings: Settings): void {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false })
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const problem = (at: Position, message: string) =>
    settings.problems.push({ key: '', source: { kind: 'file', file, value: at, key: at }, message })
  // A warning is a tag or a directive without a meaning here: what it stands on would be taken for something else.
  const faults = [...document.errors, ...document.warnings]
  for (const { pos, message } of faults) problem(position(pos[0]), `the file is not YAML: ${firstLine(message)}${hint(text, pos[0])}`)
  if (faults.length > 0 || document.contents === null) return

  const start = position(document.contents.range?.[0] ?? 0)
  let tree: unknown
  try {
    leaveOutEmpty(document)
    tree = document.toJS({ maxAliasCount: 100 })
    JSON.stringify(tree) // Throws on a value that contains itself through an alias.
  } catch (error) {
    problem(start, `the file's aliases can't be resolved: ${firstLine((error as Error).message)}`)
    return
  }
  if (tree === null || tree === undefined) return
  if (typeof tree !== 'object' || Array.isArray(tree)) {
    problem(start, 'the file holds a list or a single value, but must hold settings such as `log: sqlite:./sluice.db`')
    return
  }
  for (const [key, value] of Object.entries(tree as Given)) settings.set([key], value, { kind: 'file', file, value: start, key: start })

  const note = (path: Path, node: unknown, keyAt: Position): void => {
    const valueAt = position((node as Node | null)?.range?.[0] ?? 0)
    const at = node === null || isAlias(node) || (isScalar(node) && node.value === null) ? keyAt : valueAt
    if (path.length > 0) settings.note(path, { kind: 'file', file, value: at, key: keyAt })
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : undefined
        if (name !== undefined) note([...path, name], value, position((key as Node).range?.[0] ?? 0))
      }
    } else if (isSeq(node)) node.items.forEach((item, i) => note([...path, i], item, position((item as Node).range?.[0] ?? 0)))
  }
  note([], document.contents, start)
}

/** An empty setting (`http:` with all of it commented out) means the default, like one that is not there; a written `null` does not. */
function leaveOutEmpty(document: Document.Parsed): void {
  visit(document, {
    Pair: (_, { value }) => (isScalar(value) && value.value === null && value.source === '' && !value.anchor ? visit.REMOVE : undefined),
  })
}

/** What to do about a value such as `memory:`, which YAML takes for a key. */
function hint(text: string, offset: number): string {
  const before = text
    .slice(Math.max(0, offset - 200), offset)
    .split('\n')
    .at(-1)!
  const line = before + text.slice(offset, offset + 200).split('\n', 1)[0]!
  const [, value] = /:\s+([^\s'"{}[\],#&*!|>%@`]*:)\s*(?:[,}\]].*|#.*)?$/.exec(line) ?? []
  return value === undefined ? '' : `; a value that ends in a colon stands in quotes: '${value}'`
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]!
}
