import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf'
import type { BoundField } from '../../core/codec.ts'
import { isImplicit, resolvePath } from './message-type.ts'
import { WIRE } from './wire.ts'

/** What a reader does with one field of a message: fill columns, descend, or (with neither) skip. */
export interface PlannedField {
  readonly number: number
  readonly wireType: number
  /** How to read a scalar's number: the name of a DataView getter, or of an entry of `integers`; undefined for text. */
  readonly read: string | undefined
  readonly columns: readonly number[]
  readonly message: PlannedMessage | undefined
  /** The field is always there: where the wire lacks it, it has its type's default (proto3 without `optional`). */
  readonly implicit: boolean
  /** Names of an enum's values, to turn its numbers into categories. */
  readonly enumNames: ReadonlyMap<number, string> | undefined
}

export interface PlannedMessage {
  /** In the order of their numbers; all declared singular fields, so that a reader can go through a record without looking up. */
  readonly fields: readonly PlannedField[]
}

/** Plans how to read these fields of a message. Throws `codec.schema.invalid`. */
export function planMessage(message: DescMessage, fields: readonly BoundField[]): PlannedMessage {
  const wanted = fields.flatMap(({ path }, column) => (path === undefined ? [] : [{ column, chain: resolvePath(message, path) }]))
  return plan(message, wanted, 0)
}

interface Wanted {
  readonly column: number
  readonly chain: readonly DescField[]
}

function plan(message: DescMessage, wanted: readonly Wanted[], depth: number): PlannedMessage {
  const fields: PlannedField[] = []
  for (const field of message.fields) {
    const mine = wanted.filter((want) => want.chain[depth] === field)
    const singular = field.fieldKind !== 'list' && field.fieldKind !== 'map'
    if (mine.length === 0 && !singular) continue
    const deeper = mine.filter((want) => want.chain.length > depth + 1)
    fields.push({
      number: field.number,
      wireType: wireTypeOf(field),
      read: readerOf(field),
      columns: mine.filter((want) => want.chain.length === depth + 1).map((want) => want.column),
      message: deeper.length > 0 && field.fieldKind === 'message' ? plan(field.message, deeper, depth + 1) : undefined,
      implicit: isImplicit(field),
      enumNames: field.fieldKind === 'enum' ? new Map(field.enum.values.map((value) => [value.number, value.name])) : undefined,
    })
  }
  return { fields: fields.toSorted((a, b) => a.number - b.number) }
}

const FIXED64 = new Set([ScalarType.DOUBLE, ScalarType.FIXED64, ScalarType.SFIXED64])
const FIXED32 = new Set([ScalarType.FLOAT, ScalarType.FIXED32, ScalarType.SFIXED32])

function wireTypeOf(field: DescField): number {
  if (field.fieldKind === 'enum') return WIRE.varint
  if (field.fieldKind === 'message') return field.delimitedEncoding ? WIRE.startGroup : WIRE.bytes
  if (field.fieldKind !== 'scalar') return WIRE.bytes
  if (FIXED64.has(field.scalar)) return WIRE.fixed64
  if (FIXED32.has(field.scalar)) return WIRE.fixed32
  return field.scalar === ScalarType.STRING || field.scalar === ScalarType.BYTES ? WIRE.bytes : WIRE.varint
}

const READERS: Partial<Record<ScalarType, string>> = {
  [ScalarType.DOUBLE]: 'getFloat64',
  [ScalarType.FLOAT]: 'getFloat32',
  [ScalarType.FIXED64]: 'getBigUint64',
  [ScalarType.SFIXED64]: 'getBigInt64',
  [ScalarType.FIXED32]: 'getUint32',
  [ScalarType.SFIXED32]: 'getInt32',
  [ScalarType.INT32]: 'int32',
  [ScalarType.UINT32]: 'uint32',
  [ScalarType.SINT32]: 'sint32',
  [ScalarType.INT64]: 'int64',
  [ScalarType.UINT64]: 'uint64',
  [ScalarType.SINT64]: 'sint64',
  [ScalarType.BOOL]: 'bool',
}

function readerOf(field: DescField): string | undefined {
  if (field.fieldKind === 'enum') return 'int32'
  return field.fieldKind === 'scalar' ? READERS[field.scalar] : undefined
}
