import { createFileRegistry, type DescField, type DescMessage, fromBinary, type FileRegistry, ScalarType } from '@bufbuild/protobuf'
import { FeatureSet_FieldPresence, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import type { SchemaField } from '../../core/codec.ts'
import { SluiceError } from '../../core/errors.ts'
import { pathSteps } from '../path.ts'
import { isNumeric } from './list-feed.ts'

/** A message type together with the types that it refers to. */
export interface MessageType {
  readonly message: DescMessage
  readonly registry: FileRegistry
}

/**
 * Finds a message in a serialised `FileDescriptorSet` (as `buf build -o` or `protoc --descriptor_set_out --include_imports` write it).
 * Throws `codec.schema.invalid`.
 */
export function loadMessageType(descriptorSet: Uint8Array, name: string): MessageType {
  let registry: FileRegistry
  try {
    registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet))
  } catch (cause) {
    const message = `the descriptor set is not a FileDescriptorSet with all its imports: ${(cause as Error).message}`
    throw new SluiceError('codec.schema.invalid', message, { cause })
  }
  const message = registry.getMessage(name)
  if (message !== undefined) return { message, registry }
  const known = [...registry].filter((type) => type.kind === 'message').map((type) => type.typeName)
  throw new SluiceError('codec.schema.invalid', `the descriptor set has no message '${name}'; it has ${known.join(', ') || 'none'}`)
}

/** Where a message is declared in its file: its place among the messages of the file, or that of the one around it and its own within. */
export function messagePlaces(message: DescMessage): number[] {
  const { parent, file } = message
  return parent === undefined ? [file.messages.indexOf(message)] : [...messagePlaces(parent), parent.nestedMessages.indexOf(message)]
}

const DEEPEST_FIELD = 8
const MOST_FIELDS = 10_000

/**
 * The fields of a message in their declared order; those of nested messages by dotted paths, to a depth of 8, or less where
 * messages within messages would make more than 10,000 of them.
 */
export function schemaFields(message: DescMessage): SchemaField[] {
  for (let depth = DEEPEST_FIELD; depth > 0; depth--) {
    const fields: SchemaField[] = []
    if (collectFields(message, { fields, prefix: '', depth })) return fields
  }
  return message.fields.map((field) => ({ path: field.name, type: fieldType(field) }))
}

/** False where there are too many. */
function collectFields(
  message: DescMessage,
  into: { readonly fields: SchemaField[]; readonly prefix: string; readonly depth: number },
): boolean {
  const { fields, prefix, depth } = into
  for (const field of message.fields) {
    const path = prefix + field.name
    if (field.fieldKind === 'message' && depth > 0) {
      if (!collectFields(field.message, { fields, prefix: `${path}.`, depth: depth - 1 })) return false
    } else if (fields.push({ path, type: fieldType(field) }) > MOST_FIELDS) return false
  }
  return true
}

function fieldType(field: DescField): SchemaField['type'] {
  if (field.fieldKind === 'enum') return 'text'
  if (field.fieldKind === 'list' && field.listKind === 'scalar' && isNumeric(field.scalar)) return 'numbers'
  if (field.fieldKind !== 'scalar') return 'other'
  if (field.scalar === ScalarType.STRING) return 'text'
  return field.scalar === ScalarType.BYTES ? 'other' : 'number'
}

/**
 * The chain of fields that a path leads through. A step is a field's name in the schema, or its name in JSON.
 * Throws `codec.schema.invalid`.
 */
export function resolveField(message: DescMessage, path: string): DescField[] {
  const chain: DescField[] = []
  let current: DescMessage | undefined = message
  for (const step of pathSteps(path)) {
    const fields: readonly DescField[] = current?.fields ?? []
    const field = fields.find((candidate) => candidate.name === step) ?? fields.find((candidate) => candidate.jsonName === step)
    if (field === undefined) throw unknownField(message, path)
    chain.push(field)
    current = field.fieldKind === 'message' ? field.message : undefined
  }
  return chain
}

/** As `resolveField`, for a path to a single value: a scalar or an enum. */
export function resolvePath(message: DescMessage, path: string): DescField[] {
  const chain = resolveField(message, path)
  const last = chain.at(-1)!
  if (last.fieldKind === 'scalar' || last.fieldKind === 'enum') return chain
  throw new SluiceError(
    'codec.schema.invalid',
    `field '${path}' of ${message.typeName} is a ${last.fieldKind}; a model input needs a single value`,
  )
}

/** As `resolveField`, for a path to a repeated field of numbers. */
export function resolveList(message: DescMessage, path: string): DescField[] {
  const chain = resolveField(message, path)
  if (fieldType(chain.at(-1)!) === 'numbers') return chain
  throw new SluiceError('codec.schema.invalid', `field '${path}' of ${message.typeName} is no list of numbers; a model input needs one`)
}

function unknownField(message: DescMessage, path: string): SluiceError {
  const known = schemaFields(message).map((field) => field.path)
  return new SluiceError('codec.schema.invalid', `${message.typeName} has no field '${path}'; it has ${known.join(', ')}`)
}

/** Whether a field is always there: where the wire lacks it, it has its type's default (proto3 without `optional`). */
export function isImplicit(field: DescField): boolean {
  return field.presence === FeatureSet_FieldPresence.IMPLICIT
}
