import type { z } from 'zod'
import { parse } from 'yaml'

type Schema = z.core.$ZodType

/** What a schema takes, without its defaults and transforms; of one that looks at anything first, what it takes then. */
function bare(schema: Schema): Schema {
  const { def } = (schema as z.core.$ZodTypes)._zod
  if (def.type === 'lazy') return bare(def.getter())
  if (def.type === 'pipe' && kindOf(def.in) === 'unknown') return bare(def.out)
  if (def.type === 'prefault' || def.type === 'default' || def.type === 'optional' || def.type === 'nullable') return bare(def.innerType)
  return def.type === 'pipe' ? bare(def.in) : schema
}

/** The kind of value that a schema takes: `string`, `number`, `object`, `array`, `union` … */
function kindOf(schema: Schema): z.core.$ZodTypeDef['type'] {
  return bare(schema)._zod.def.type
}

function optionsOf(schema: Schema): readonly Schema[] {
  const { def } = (bare(schema) as z.core.$ZodTypes)._zod
  return def.type === 'union' ? def.options : [bare(schema)]
}

/** The names that may be set in a group; of alternatives, the names of all. */
export function keysOf(schema: Schema): string[] {
  return optionsOf(schema).flatMap((option) => {
    const { def } = (option as z.core.$ZodTypes)._zod
    return def.type === 'object' ? Object.keys(def.shape) : []
  })
}

/** The schema of what is in a group or a list, or undefined where there is no such thing. */
export function childOf(schema: Schema, part: string | number): Schema | undefined {
  for (const option of optionsOf(schema)) {
    const { def } = (option as z.core.$ZodTypes)._zod
    if (def.type === 'object' && Object.hasOwn(def.shape, part)) return def.shape[part]
    if (def.type === 'array' && typeof part === 'number') return def.element
    if (def.type === 'record') return def.valueType
  }
  return undefined
}

export function schemaAt(schema: Schema, path: readonly (string | number)[]): Schema | undefined {
  let found: Schema | undefined = schema
  for (const part of path) found = found === undefined ? undefined : childOf(found, part)
  return found
}

/** The paths of everything that a variable or a flag may set as one text; lists are shown with the item 0. */
export function leavesOf(schema: Schema, path: (string | number)[] = []): (string | number)[][] {
  if (isWhole(schema)) return [path]
  const keys = keysOf(schema)
  if (kindOf(schema) === 'array' && keysOf(childOf(schema, 0)!).length > 0) return [path, ...leavesOf(childOf(schema, 0)!, [...path, 0])]
  const inside = keys.flatMap((key) => leavesOf(childOf(schema, key)!, [...path, key]))
  return kindOf(schema) === 'object' ? inside : [path, ...inside]
}

/** Whether the schema is of something that is set as a whole: it may hold more of its kind, so that it has no end of leaves. */
function isWhole(schema: Schema): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod
  if (def.type === 'optional') return isWhole(def.innerType)
  return def.type === 'lazy' || (def.type === 'pipe' && kindOf(def.in) === 'unknown')
}

/**
 * The value that a text from a variable or a flag means where the schema wants a certain kind: texts stay as they are,
 * lists of texts may be separated by commas, everything else is YAML (`5501`, `true`, `{ field: kind }`).
 * A text that means nothing of the kind comes back unchanged, for the schema to refuse.
 */
export function fromText(text: string, schema: Schema | undefined): unknown {
  const kind = schema === undefined ? 'union' : kindOf(schema)
  if (kind === 'string' || kind === 'enum') return text
  if (kind === 'array' && !text.trimStart().startsWith('[')) return text.split(',').map((part) => part.trim())
  try {
    const value: unknown = parse(text, { maxAliasCount: 0, logLevel: 'error' })
    return value ?? text
  } catch {
    return text
  }
}
