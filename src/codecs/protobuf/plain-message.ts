import type { DescMessage, Message } from '@bufbuild/protobuf'
import { reflect, type ReflectMessage, type ReflectMessageGet } from '@bufbuild/protobuf/reflect'
import { isImplicit } from './message-type.ts'

/**
 * A message as a plain object under the names of the schema. 64-bit integers are numbers where they are exact, else bigints;
 * enums are their names; fields that are not set and have presence are absent.
 */
export function plainMessage(message: Message, type: DescMessage): Record<string, unknown> {
  return plain(reflect(type, message))
}

function plain(message: ReflectMessage): Record<string, unknown> {
  const fields = message.fields.filter((field) => isImplicit(field) || message.isSet(field))
  // Not by assignment, since a field may be named __proto__.
  return Object.fromEntries(fields.map((field) => [field.name, plainField(message, field)]))
}

function plainField(message: ReflectMessage, field: ReflectMessage['fields'][number]): unknown {
  const item = (value: unknown): unknown => plainItem(value, field.enum)
  if (field.fieldKind === 'list') return [...message.get(field)].map(item)
  if (field.fieldKind === 'map') return Object.fromEntries([...message.get(field)].map(([key, value]) => [key, item(value)]))
  return item(message.get(field) satisfies ReflectMessageGet)
}

function plainItem(value: unknown, enumType: ReflectMessage['fields'][number]['enum']): unknown {
  if (enumType !== undefined) return enumType.values.find((candidate) => candidate.number === value)?.name ?? value
  if (isReflected(value)) return plain(value)
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value
}

function isReflected(value: unknown): value is ReflectMessage {
  return typeof value === 'object' && value !== null && 'desc' in value && 'fields' in value
}
