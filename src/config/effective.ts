import { stringify } from 'yaml'
import type { LoadedConfig } from './load-config.ts'
import { logText } from './log-address.ts'
import { sizeText } from './size.ts'
import { type Path, pathText, sourceText } from './source.ts'
import { addressText } from './stream-address.ts'

/** The configuration as it would stand in a file, `log` as its text. */
export function effectiveSettings({ config }: LoadedConfig): Record<string, unknown> {
  const streams = config.streams.map(({ source, sink, ...stream }) => ({
    ...stream,
    ...(source !== undefined && { input: addressText(source, 'input') }),
    ...(sink !== undefined && { output: addressText(sink, 'output') }),
  }))
  return { ...config, log: logText(config.log), streams }
}

/** The source of each value of the configuration, by key: `http.port` → `flag --port`. */
export function effectiveSources(loaded: LoadedConfig): Record<string, string> {
  const sources: Record<string, string> = {}
  visit(effectiveSettings(loaded), [], (path) => (sources[pathText(path)] = sourceText(loaded.sourceOf(path))))
  return sources
}

/** The configuration as a YAML file that means the same, each value with its source in a comment. */
export function effectiveYaml(loaded: LoadedConfig): string {
  const lines: [text: string, source: string][] = []
  const write = (value: unknown, path: Path, indent: string, lead: string): void => {
    if (isGroup(value)) {
      for (const [i, [key, inner]] of Object.entries(value)
        .filter(([, child]) => child !== undefined)
        .entries()) {
        const at = [...path, key]
        const start = (i === 0 ? lead : indent) + `${stringify(key).trim()}:`
        if (isGroup(inner) || isListOfGroups(inner)) {
          lines.push([start, ''])
          write(inner, at, `${indent}  `, `${indent}  `)
        } else lines.push([`${start} ${leaf(key, inner)}`, sourceText(loaded.sourceOf(at))])
      }
    } else if (isListOfGroups(value)) value.forEach((item, i) => write(item, [...path, i], `${indent}  `, `${indent}- `))
  }
  write(effectiveSettings(loaded), [], '', '')
  const width = Math.min(60, Math.max(...lines.map(([text]) => text.length)))
  return lines.map(([text, source]) => (source === '' ? text : `${text.padEnd(width)}  # ${source}`)).join('\n')
}

function visit(value: unknown, path: Path, at: (path: Path) => void): void {
  if (isGroup(value)) for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key], at)
  else if (isListOfGroups(value)) value.forEach((item, i) => visit(item, [...path, i], at))
  else if (value !== undefined) at(path)
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
}

function isListOfGroups(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0 && value.every(isGroup)
}

function leaf(key: string, value: unknown): string {
  if (typeof value === 'number' && key.endsWith('Bytes')) return sizeText(value)
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()
}
