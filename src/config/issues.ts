import type { z } from 'zod'
import { keysOf, schemaAt } from './schema-walk.ts'
import { type Given, type Problem, type Settings, suggestion, valueAt } from './settings.ts'
import { type Path, pathText } from './source.ts'

type Issue = z.core.$ZodIssue

/** What a person needs to know about the schema's complaints: key, value, source, and what would be right. */
export function problemsOf(issues: readonly Issue[], schema: z.core.$ZodType, settings: Settings): Problem[] {
  return issues.flatMap((issue) => explain(issue, [], schema, settings))
}

function explain(issue: Issue, at: Path, schema: z.core.$ZodType, settings: Settings): Problem[] {
  const path = [...at, ...(issue.path as Path)]
  const key = pathText(path)
  if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => unknownKey([...path, name], schema, settings))
  const value = valueAt(settings.tree, path)
  if (issue.code === 'invalid_union' && isGroup(value)) {
    const known = keysOf(schemaAt(schema, path) ?? schema)
    const unknown = Object.keys(value).filter((name) => !known.includes(name))
    if (unknown.length > 0) return unknown.map((name) => unknownKey([...path, name], schema, settings))
    const meant = issue.errors.filter((inner) => inner.every((problem) => isInside(problem, value)))
    if (meant.length === 1) return meant[0]!.flatMap((inner) => explain(inner, path, schema, settings))
  }
  const message = value === undefined ? `${key} is missing; it must be` : `${key} is ${show(value)}, but must be`
  const advice = value === null ? '; leave it out for the default' : ''
  return [{ key, source: settings.sourceOf(path), message: `${message} ${issue.message}${advice}` }]
}

function unknownKey(path: Path, schema: z.core.$ZodType, settings: Settings): Problem {
  const holder = path.slice(0, -1)
  const known = keysOf(schemaAt(schema, holder) ?? schema)
  const advice = suggestion(String(path.at(-1)), known, holder.length === 0 ? '' : `${pathText(holder)}.`)
  return { key: pathText(path), source: settings.sourceOf(path), message: `${pathText(path)} is not a setting; ${advice}`, about: 'key' }
}

/** Whether a problem with one alternative is inside of what was given, so that this alternative is the one that was meant. */
function isInside(issue: Issue, value: Given): boolean {
  return issue.path.length > 0 && Object.hasOwn(value, issue.path[0]!)
}

function isGroup(value: unknown): value is Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
