/** Where a value of the configuration comes from. */
export type Source =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly file: string; readonly value: Position; readonly key: Position }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'flag'; readonly flag: string }

/** Both count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** The path of a setting: names, and the places of list items. */
export type Path = readonly (string | number)[]

/** `streams[0].input`. */
export function pathText(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${part}`)).join('')
}

/** The path that `streams[0].input` or `streams.0.input` names. */
export function parsePath(text: string): Path {
  return text
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .map((part) => (/^\d{1,9}$/.test(part) ? Number(part) : part))
}

/** `sluice.yaml:3:9`, `environment variable SLUICE_HTTP_PORT`, `flag --port`, `default`. */
export function sourceText(source: Source, at: 'key' | 'value' = 'value'): string {
  if (source.kind === 'file') return `${source.file}:${source[at].line}:${source[at].column}`
  if (source.kind === 'environment') return `environment variable ${source.variable}`
  return source.kind === 'flag' ? `flag ${source.flag}` : 'default'
}
