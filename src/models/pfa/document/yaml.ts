import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar } from 'yaml'
import { SluiceError } from '../../../core/errors.ts'
import { DEPTH_LIMIT, type Json, jsonNumber } from './json.ts'

/** How many nodes a document may have when its aliases are written out. */
const NODE_LIMIT = 1_000_000
const INTEGER = /^[+-]?\d+$/

/**
 * Reads YAML as PFA documents are written in it: what is not quoted is a number, a truth value (also `yes`, `no`, `on`, `off`, as in YAML
 * 1.1) or a text. Objects get a locator ('@') with their lines. Throws `model.malformed`.
 */
export function parseYaml(text: string): Json {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', merge: false, uniqueKeys: true, logLevel: 'silent' })
  const [problem] = document.errors
  if (problem !== undefined) throw malformed(problem.message.split('\n')[0] ?? 'it can not be parsed', problem)
  let nodes = 0
  const count = (more: number): void => {
    nodes += more
    if (nodes > NODE_LIMIT) throw malformed(`it has more than ${NODE_LIMIT} parts`)
  }
  // What has an anchor comes before its aliases.
  const anchors = new Map<string, { readonly json: Json; readonly parts: number }>()
  const read = (node: unknown, depth: number): Json => {
    if (depth > DEPTH_LIMIT) throw malformed(`it nests deeper than ${DEPTH_LIMIT}`)
    if (isAlias(node)) {
      const known = anchors.get(node.source)
      if (known === undefined) throw malformed(`the alias '${node.source}' is of nothing before it`)
      count(known.parts)
      return known.json
    }
    const before = nodes
    count(1)
    const json = readNode(node, depth)
    const anchor = isNode(node) && 'anchor' in node ? node.anchor : undefined
    if (anchor !== undefined) anchors.set(anchor, { json, parts: nodes - before })
    return json
  }
  const readNode = (node: unknown, depth: number): Json => {
    if (node === null || node === undefined) return null
    if (isSeq(node)) return node.items.map((item) => read(item, depth + 1))
    if (isMap(node)) {
      const object = new Map<string, Json>()
      for (const { key, value } of node.items) object.set(keyOf(key), read(value, depth + 1))
      if (!object.has('@')) object.set('@', place(node, lines))
      return object
    }
    if (isScalar(node)) return scalar(node)
    throw malformed('it has a part that JSON lacks')
  }
  return read(document.contents, 0)
}

function place({ range }: Node, lines: LineCounter): string {
  const [from, to] = [lines.linePos(range?.[0] ?? 0).line, lines.linePos(Math.max(0, (range?.[1] ?? 1) - 1)).line]
  return from === to ? `YAML line ${from}` : `YAML lines ${from} to ${to}`
}

function keyOf(key: unknown): string {
  if (isScalar(key)) return key.source ?? String(key.value)
  throw malformed('a key is not a text')
}

const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ...['yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['null', 'Null', 'NULL', '', '~'].map((word) => [word, null] as const),
])

function scalar(node: Scalar): Json {
  const { source, type, value } = node
  if (type !== 'PLAIN' || source === undefined) return typeof value === 'string' ? value : (source ?? null)
  const word = WORDS.get(source)
  if (word !== undefined) return word
  if (INTEGER.test(source)) return jsonNumber(source.replace(/^\+/, ''), true)
  return typeof value === 'number' && Number.isFinite(value) && !/[a-df-zA-DF-Z]/.test(source) ? jsonNumber(String(value), false) : source
}

function malformed(problem: string, cause?: unknown): SluiceError {
  return new SluiceError('model.malformed', `the document is no YAML: ${problem}`, { cause })
}
