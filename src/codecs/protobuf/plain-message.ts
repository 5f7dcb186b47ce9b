import { type DescField, type DescMessage, isFieldSet, type Message } from '@bufbuild/protobuf'
import { isImplicit } from './message-type.ts'

/**
 * A message as a plain object under the names of the schema. 64-bit integers are numbers where they are exact, else bigints;
 * enums are their names; fields that are not set and have presence are absent.
 */
export function plainMessage(message: Message, type: DescMessage): Record<string, unknown> {
  const plain: Record<string, unknown> = {}
  const values = message as unknown as Record<string, unknown>
  for (const field of type.fields) {
    if (!isImplicit(field) && !isFieldSet(message, field)) continue
    const value = field.oneof === undefined ? values[field.localName] : oneofValue(values, field)
    plain[field.name] = plainField(value, field)
  }
  return plain
}

function oneofValue(values: Record<string, unknown>, field: DescField): unknown {
  return (values[field.oneof!.localName] as { value?: unknown }).value
}

function plainField(value: unknown, field: DescField): unknown {
  if (field.fieldKind === 'list') return (value as unknown[]).map((item) => plainItem(item, field.enum, field.message))
  if (field.fieldKind === 'map') {
    const entries = Object.entries(value as Record<string, unknown>)
    return Object.fromEntries(entries.map(([key, item]) => [key, plainItem(item, field.enum, field.message)]))
  }
  return plainItem(value, field.enum, field.message)
}

function plainItem(value: unknown, enumType: DescField['enum'], messageType: DescMessage | undefined): unknown {
  if (enumType !== undefined) return enumType.value[value as number]?.name ?? value
  if (messageType !== undefined) return plainMessage(value as Message, messageType)
  if (typeof value !== 'bigint') return value
  return BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value
}
