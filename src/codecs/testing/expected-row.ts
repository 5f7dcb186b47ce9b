import { type DescField, type DescMessage, fromBinary } from '@bufbuild/protobuf'
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect'
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt'
import type { BoundField } from '../../core/codec.ts'
import { INVALID, MISSING, type Row } from './read-rows.ts'

/** For tests: the row that these bytes should give, by protobuf's own library; undefined where it can't read them. */
export function expectedRow(message: DescMessage, bytes: Uint8Array, fields: readonly BoundField[]): Row | undefined {
  let record: ReflectMessage
  try {
    record = reflect(message, fromBinary(message, bytes))
  } catch {
    return undefined
  }
  return fields.map(({ field, path }) => cellOf(field.type, field.dictionary?.texts, find(record, path!.split('.'))))
}

type Found = { readonly value: unknown; readonly field: DescField } | undefined

function find(record: ReflectMessage, [name, ...rest]: readonly string[]): Found {
  const field = record.fields.find((candidate) => candidate.name === name)!
  if (field.presence !== FeatureSet_FieldPresence.IMPLICIT && !record.isSet(field)) return undefined
  const value: unknown = record.get(field)
  return rest.length === 0 ? { value, field } : find(value as ReflectMessage, rest)
}

function cellOf(type: 'number' | 'category' | 'value', texts: readonly string[] | undefined, found: Found): Row[number] {
  if (type === 'value') return 'present'
  if (found === undefined) return MISSING
  const { value, field } = found
  if (value instanceof Uint8Array || typeof value === 'string') {
    const text = typeof value === 'string' ? value : Buffer.from(value).toString()
    if (text === '' && field.presence === FeatureSet_FieldPresence.IMPLICIT) return MISSING
    if (type === 'category') return [texts!.includes(text) ? text : -1]
    return ['1.5', ' 2 ', 'NaN'].includes(text) ? Number(text) : /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : INVALID
  }
  if (type === 'number') return Number(value)
  const name = field.enum?.values.find((candidate) => candidate.number === value)?.name
  const text = name ?? String(typeof value === 'bigint' ? Number(value) : value)
  return [texts!.includes(text) ? text : -1]
}
