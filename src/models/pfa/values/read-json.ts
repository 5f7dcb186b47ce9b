import { describe } from '../document/describe.ts'
import { numberOf, Real } from '../document/json.ts'
import type { RecordType, Type, UnionType } from '../types/type.ts'
import { tagOf } from './branches.ts'
import { longOf } from './long.ts'
import type { RecordClasses } from './record-classes.ts'
import { TypeMemo } from './type-memo.ts'
import { Boxed, type Value } from './value.ts'

/** A value that is not of the type that is wanted. The path leads to it. */
export class MisfitError extends Error {
  readonly path: (string | number)[] = []
}

export interface ReadOptions {
  /** How bytes are written as text: one character a byte as Avro does, or base64. */
  readonly bytes: 'latin1' | 'base64'
  /** Whether a value of a union may come without its tag. */
  readonly untagged: boolean
}

export type ReadJson = (json: unknown) => Value

/**
 * Readers of values from JSON in Avro's encoding, by type. The JSON is a document's own (`Json`), or plain objects as JSON.parse makes them,
 * where bytes may also be a Uint8Array and long integers bigints. A float or double may be "inf", "-inf" or "nan". A reader throws
 * `MisfitError`.
 */
export function createReaders(classes: RecordClasses, options: ReadOptions): (type: Type) => ReadJson {
  const memo = new TypeMemo<Value, [unknown]>((type) => build(type))
  const of = (type: Type): ReadJson => memo.get(type)

  function build(type: Type): ReadJson {
    switch (type.kind) {
      case 'null':
        return (json) => (json === null || json === undefined ? null : misfit(json, type))
      case 'boolean':
        return (json) => (typeof json === 'boolean' ? json : misfit(json, type))
      case 'int':
        return (json) => readInt(json, type)
      case 'long':
        return (json) => readLong(json, type)
      case 'float':
        return (json) => Math.fround(readDouble(json, type))
      case 'double':
        return (json) => readDouble(json, type)
      case 'string':
        return (json) => (typeof json === 'string' ? json : misfit(json, type))
      case 'bytes':
        return (json) => readBytes(json, type, options)
      case 'fixed':
        return (json) => {
          const bytes = readBytes(json, type, options)
          return bytes.length === type.size ? bytes : misfit(json, type)
        }
      case 'enum': {
        const symbols = new Set<unknown>(type.symbols)
        return (json) => (symbols.has(json) ? json : misfit(json, type))
      }
      case 'array':
        return arrayReader(type, of(type.items))
      case 'map':
        return mapReader(type, of(type.values))
      case 'record':
        return recordReader(type, { of, classes })
      case 'union':
        return unionReader(type, { of, untagged: options.untagged })
      case 'fcn':
      case 'exception':
        return (json) => misfit(json, type)
    }
  }
  return of
}

function readInt(json: unknown, type: Type): number {
  const value = numberOf(json)
  return value !== undefined && value >= -2147483648 && value <= 2147483647 && Number.isInteger(value) ? value + 0 : misfit(json, type)
}

function readLong(json: unknown, type: Type): Value {
  if (typeof json === 'bigint') return longOf(json) ?? misfit(json, type)
  const value = numberOf(json)
  return value !== undefined && Number.isInteger(value) ? (longOf(BigInt(value)) ?? misfit(json, type)) : misfit(json, type)
}

const SPECIAL: ReadonlyMap<unknown, number> = new Map([
  ['inf', Infinity],
  ['-inf', -Infinity],
  ['nan', NaN],
])

function readDouble(json: unknown, type: Type): number {
  return typeof json === 'number' ? json : (numberOf(json) ?? SPECIAL.get(json) ?? misfit(json, type))
}

function readBytes(json: unknown, type: Type, { bytes }: ReadOptions): Uint8Array {
  if (json instanceof Uint8Array) return new Uint8Array(json)
  if (typeof json !== 'string') return misfit(json, type)
  if (bytes === 'base64') return new Uint8Array(Buffer.from(json, 'base64'))
  for (let i = 0; i < json.length; i++) if (json.charCodeAt(i) > 255) misfit(json, type)
  return new Uint8Array(Buffer.from(json, 'latin1'))
}

function arrayReader(type: Type, item: ReadJson): ReadJson {
  return (json) => {
    if (!Array.isArray(json)) return misfit(json, type)
    const array: Value[] = []
    for (let i = 0; i < json.length; i++) {
      try {
        array.push(item(json[i]))
      } catch (error) {
        throw under(error, i)
      }
    }
    return array
  }
}

function mapReader(type: Type, value: ReadJson): ReadJson {
  return (json) => {
    const map = new Map<string, Value>()
    for (const [key, part] of entriesOf(json, type)) {
      try {
        map.set(key, value(part))
      } catch (error) {
        throw under(error, key)
      }
    }
    return map
  }
}

interface Inner {
  readonly of: (type: Type) => ReadJson
  readonly classes: RecordClasses
}

function recordReader(type: RecordType, { of, classes }: Inner): ReadJson {
  const Class = classes.get(type)
  const fields = type.fields.map((field) => ({ ...field, read: of(field.type), has: 'fallback' in field }))
  return (json) => {
    if (typeof json !== 'object' || json === null || Array.isArray(json) || json instanceof Real) return misfit(json, type)
    const get = propertyReader(json)
    const values: Value[] = []
    for (const { name, read, has, fallback } of fields) {
      const part = get(name)
      try {
        values.push(read(part === undefined && has ? fallback : part))
      } catch (error) {
        throw under(error, name)
      }
    }
    return new Class(...values)
  }
}

function propertyReader(json: object): (name: string) => unknown {
  if (json instanceof Map) return (name) => (json as ReadonlyMap<string, unknown>).get(name)
  return (name) => (Object.hasOwn(json, name) ? (json as Readonly<Record<string, unknown>>)[name] : undefined)
}

function entriesOf(json: unknown, type: Type): Iterable<readonly [string, unknown]> {
  if (json instanceof Map) return [...(json as ReadonlyMap<string, unknown>)].filter(([key]) => key !== '@')
  if (typeof json !== 'object' || json === null || Array.isArray(json) || json instanceof Real) return misfit(json, type)
  return Object.entries(json)
}

interface UnionInner {
  readonly of: (type: Type) => ReadJson
  readonly untagged: boolean
}

function unionReader(type: UnionType, { of, untagged }: UnionInner): ReadJson {
  const branches = new Map(type.types.map((branch) => [tagOf(branch), of(branch)]))
  const box = (tag: string, value: Value): Value => (type.boxed && tag !== 'null' ? new Boxed(tag, value) : value)
  const nullable = branches.has('null')
  return (json) => {
    if (json === null || json === undefined) return nullable ? null : misfit(json, type)
    const tagged = taggedPart(json)
    const read = tagged && branches.get(tagged.tag)
    if (tagged !== undefined && read !== undefined) return box(tagged.tag, read(tagged.part))
    if (!untagged) return misfit(json, type)
    for (const [tag, tryRead] of branches) {
      try {
        return box(tag, tryRead(json))
      } catch (error) {
        if (!(error instanceof MisfitError)) throw error
      }
    }
    return misfit(json, type)
  }
}

function taggedPart(json: unknown): { tag: string; part: unknown } | undefined {
  if (json instanceof Map) {
    const keys = [...json.keys()].filter((key) => key !== '@') as string[]
    return keys.length === 1 ? { tag: keys[0]!, part: json.get(keys[0]!) } : undefined
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined
  const keys = Object.keys(json)
  return keys.length === 1 ? { tag: keys[0]!, part: (json as Readonly<Record<string, unknown>>)[keys[0]!] } : undefined
}

function misfit(json: unknown, type: Type): never {
  throw new MisfitError(`${describe(json)} is no ${type.key}`)
}

function under(error: unknown, key: string | number): unknown {
  if (error instanceof MisfitError) error.path.unshift(key)
  return error
}
