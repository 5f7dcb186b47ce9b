import type { Type } from '../types/type.ts'
import { branchIndex, tagOf, unboxed } from './branches.ts'
import type { RecordClasses } from './record-classes.ts'
import { TypeMemo } from './type-memo.ts'
import { propertyOf, type RecordValue, type Value } from './value.ts'

export type WriteJson = (value: Value) => string

/**
 * Writers of values as JSON text in Avro's encoding, by type: unions as `{"tag":value}`, bytes as text or base64. Numbers that JSON lacks
 * are "inf", "-inf" and "nan".
 */
export function createWriters(classes: RecordClasses, { bytes }: { readonly bytes: 'latin1' | 'base64' }): (type: Type) => WriteJson {
  const memo = new TypeMemo<string, [Value]>((type) => build(type))
  const of = (type: Type): WriteJson => memo.get(type)

  function build(type: Type): WriteJson {
    switch (type.kind) {
      case 'null':
        return () => 'null'
      case 'boolean':
      case 'int':
      case 'long':
        return String
      case 'float':
      case 'double':
        return (value) => doubleText(value as number)
      case 'string':
      case 'enum':
        return (value) => JSON.stringify(value)
      case 'bytes':
      case 'fixed':
        return (value) => JSON.stringify(Buffer.from(value as Uint8Array).toString(bytes))
      case 'array': {
        const item = of(type.items)
        return (value) => `[${(value as readonly Value[]).map((part) => item(part)).join(',')}]`
      }
      case 'map': {
        const part = of(type.values)
        return (value) => `{${[...(value as ReadonlyMap<string, Value>)].map(([key, v]) => `${JSON.stringify(key)}:${part(v)}`).join(',')}}`
      }
      case 'record': {
        const fields = type.fields.map((field) => ({
          property: propertyOf(field.name),
          head: `${JSON.stringify(field.name)}:`,
          write: of(field.type),
        }))
        return (value) => `{${fields.map(({ property, head, write }) => head + write((value as RecordValue)[property])).join(',')}}`
      }
      case 'union': {
        const index = branchIndex(type, classes)
        const branches = type.types.map((branch) => ({ head: `{${JSON.stringify(tagOf(branch))}:`, write: of(branch) }))
        return (value) => {
          if (value === null) return 'null'
          const { head, write } = branches[index(value)]!
          return `${head}${write(unboxed(value))}}`
        }
      }
      case 'fcn':
      case 'exception':
        return () => 'null'
    }
  }
  return of
}

/** Doubles always with a point or an exponent, so that the text shows the type. */
function doubleText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '"nan"' : value > 0 ? '"inf"' : '"-inf"'
  if (Object.is(value, -0)) return '-0.0'
  const text = String(value)
  return Number.isInteger(value) && !text.includes('e') ? `${text}.0` : text
}
