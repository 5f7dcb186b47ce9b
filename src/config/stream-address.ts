import { basename } from 'node:path'
import { isTopicName, text } from './schema-parts.ts'

/** Where records come from, or answers go, besides a topic. */
export type StreamAddress = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'pipe' }

const PIPES = { input: 'stdin:', output: 'stdout:' } as const
const LINES = /\.(?:ndjson|jsonl)$/i
const RECORDS = /\.(?:ndjson|jsonl|json|csv|tsv)(?:\.gz)?$/i

const RIGHT = {
  input:
    'a topic name of at most 249 letters, digits, dots, dashes and underscores, stdin: or file:<path> of .ndjson, .jsonl, .json, .csv or .tsv (also .gz; its name may have *)',
  output: 'a topic name of at most 249 letters, digits, dots, dashes and underscores, stdout: or file:<path> of .ndjson or .jsonl',
} as const

/** `file:<path>`, `stdin:` or `stdout:`; undefined for a topic. */
export function parseAddress(value: string): StreamAddress | undefined {
  if (value === PIPES.input || value === PIPES.output) return { kind: 'pipe' }
  return value.startsWith('file:') ? { kind: 'file', path: value.slice('file:'.length) } : undefined
}

/** The text that `parseAddress` reads. */
export function addressText(address: StreamAddress, end: 'input' | 'output'): string {
  return address.kind === 'pipe' ? PIPES[end] : `file:${address.path}`
}

/** A topic, or where else a stream begins or ends. */
export function streamEnd(end: 'input' | 'output') {
  return text(RIGHT[end]).refine((value) => isEnd(value, end), { error: RIGHT[end] })
}

function isEnd(value: string, end: 'input' | 'output'): boolean {
  const address = parseAddress(value)
  if (address === undefined) return isTopicName(value)
  if (address.kind === 'pipe') return value === PIPES[end]
  const name = basename(address.path)
  if (address.path.slice(0, -name.length).includes('*')) return false
  return end === 'input' ? RECORDS.test(name) : LINES.test(name) && !name.includes('*')
}

interface Ends {
  readonly name?: string | undefined
  readonly input: string
  readonly output: string
}

interface ResolvedEnds {
  readonly name: string
  readonly input: string
  readonly output: string
  readonly source?: StreamAddress
  readonly sink?: StreamAddress
}

/** With its path made absolute. */
export function resolveAddress(address: StreamAddress, absolute: (path: string) => string): StreamAddress {
  return address.kind === 'file' ? { kind: 'file', path: absolute(address.path) } : address
}

/** The topics of a stream, and where they are filled from and emptied to. A stream that begins elsewhere is called something. */
export function resolveEnds({ name, input, output }: Ends): ResolvedEnds {
  const [source, sink] = [parseAddress(input), parseAddress(output)]
  const called = name ?? input
  return {
    name: called,
    input: source === undefined ? input : `${called}-in`,
    output: sink === undefined ? output : `${called}-out`,
    ...(source !== undefined && { source }),
    ...(sink !== undefined && { sink }),
  }
}
