import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
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
  for (const fault of faults) problem(position(fault.pos[0]), `the file is not YAML: ${firstLine(fault.message)}`)
  if (faults.length > 0 || document.contents === null) return

  const start = position(document.contents.range?.[0] ?? 0)
  let tree: unknown
  try {
    tree = withoutNulls(document.toJS({ maxAliasCount: 100 }))
    JSON.stringify(tree) // Throws on a value that contains itself through an alias.
  } catch (error) {
    problem(start, `the file's aliases can't be resolved: ${firstLine((error as Error).message)}`)
    return
  }
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) {
    if (tree !== undefined)
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

/** An empty setting (`http:` with all of it commented out) means the default, like one that is not there. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item) ?? null)
  if (typeof value !== 'object') return value
  if (value === null) return undefined
  const entries = Object.entries(value).map(([key, inner]) => [key, withoutNulls(inner)] as const)
  return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined))
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]!
}
