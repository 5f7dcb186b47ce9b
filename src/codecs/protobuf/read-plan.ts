import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf'
import type { BoundField } from '../../core/codec.ts'
import { type FedList, fedLists } from '../list-place.ts'
import { isImplicit, resolveField, resolveList, resolvePath } from './message-type.ts'
import { WIRE } from './wire.ts'

/** What a reader does with one field of a message: fill columns, descend, or (with neither) skip. */
export interface PlannedField {
  /** From the record's message on, with dots. */
  readonly name: string
  readonly number: number
  readonly wireType: number
  /**
   * The source of an expression that is a scalar's number: at `p` of the DataView `v`, or of the varint that was just read;
   * undefined for text and messages.
   */
  readonly read: string | undefined
  /** Which of a column store's methods takes it. */
  readonly store: 'number' | 'boolean' | 'enumeration' | 'text'
  readonly columns: readonly number[]
  readonly message: PlannedMessage | undefined
  /** The field is always there: where the wire lacks it, it has its type's default (proto3 without `optional`). */
  readonly implicit: boolean
  /** The values of an enum by their numbers, to turn them into categories; where several have a number, the first declared. */
  readonly enumNames: ReadonlyMap<number, string> | undefined
  /** An enum that has no values but the declared ones (proto2): another number on the wire is as if the field were absent. */
  readonly closed: boolean
  /** The columns of the other members of its `oneof`, which are absent where this one is there. */
  readonly clears: readonly number[]
  /** Likewise the lists. */
  readonly clearsLists: readonly number[]
  /** The lists of columns that a repeated field feeds: places in the plan's `lists`. */
  readonly lists: readonly number[]
  /** A repeated field whose values are expected in one piece, though they may come otherwise. */
  readonly packed: boolean
}

/** A list of columns, and the type of the values that feed it. */
export interface PlannedList {
  readonly list: FedList
  readonly scalar: ScalarType
}

export interface RecordPlan extends PlannedMessage {
  readonly lists: readonly PlannedList[]
}

export interface PlannedMessage {
  /** In the order of their numbers; all declared singular fields, so that a reader can go through a record without looking up. */
  readonly fields: readonly PlannedField[]
}

/**
 * Plans how to read these fields of a message. Columns of structured values need no reading; their paths only have to exist.
 * Throws `codec.schema.invalid`.
 */
export function planMessage(message: DescMessage, fields: readonly BoundField[]): RecordPlan {
  const lists = fedLists(fields).map((list) => ({ list, chain: resolveList(message, list.path) }))
  const wanted = fields.flatMap(({ field, path, list }, column): Wanted[] => {
    if (path === undefined || list !== undefined) return []
    if (field.type !== 'value') return [{ column, chain: resolvePath(message, path) }]
    resolveField(message, path)
    return []
  })
  const all = [...wanted, ...lists.map(({ chain }, list) => ({ list, chain }))]
  const { fields: planned } = plan(message, all, { depth: 0, prefix: '' })
  return { fields: planned, lists: lists.map(({ list, chain }) => ({ list, scalar: scalarOf(chain.at(-1)!) })) }
}

function scalarOf(field: DescField): ScalarType {
  return field.fieldKind === 'list' && field.listKind === 'scalar' ? field.scalar : ScalarType.DOUBLE
}

type Wanted = ({ readonly column: number } | { readonly list: number }) & { readonly chain: readonly DescField[] }

function plan(message: DescMessage, wanted: readonly Wanted[], place: { readonly depth: number; readonly prefix: string }): PlannedMessage {
  const { depth, prefix } = place
  const fields: PlannedField[] = []
  for (const field of message.fields) {
    const mine = wanted.filter((want) => want.chain[depth] === field)
    const singular = field.fieldKind !== 'list' && field.fieldKind !== 'map'
    if (mine.length === 0 && !singular) continue
    const name = prefix + field.name
    const here = mine.filter((want) => want.chain.length === depth + 1)
    const deeper = mine.filter((want) => want.chain.length > depth + 1)
    const rivals = wanted.filter(({ chain }) => field.oneof !== undefined && chain[depth]!.oneof === field.oneof && chain[depth] !== field)
    fields.push({
      name,
      number: field.number,
      wireType: wireTypeOf(field),
      read: readerOf(field),
      store: storeOf(field),
      columns: columnsOf(here),
      lists: listsOf(here),
      packed: field.fieldKind === 'list' && field.packed,
      message:
        deeper.length > 0 && field.fieldKind === 'message'
          ? plan(field.message, deeper, { depth: depth + 1, prefix: `${name}.` })
          : undefined,
      implicit: isImplicit(field),
      enumNames:
        field.fieldKind === 'enum' ? new Map(field.enum.values.toReversed().map((value) => [value.number, value.name])) : undefined,
      closed: field.fieldKind === 'enum' && !field.enum.open,
      clears: columnsOf(rivals),
      clearsLists: listsOf(rivals),
    })
  }
  return { fields: fields.toSorted((a, b) => a.number - b.number) }
}

function columnsOf(wants: readonly Wanted[]): number[] {
  return wants.flatMap((want) => ('column' in want ? want.column : []))
}

function listsOf(wants: readonly Wanted[]): number[] {
  return wants.flatMap((want) => ('list' in want ? want.list : []))
}

const FIXED64 = new Set([ScalarType.DOUBLE, ScalarType.FIXED64, ScalarType.SFIXED64])
const FIXED32 = new Set([ScalarType.FLOAT, ScalarType.FIXED32, ScalarType.SFIXED32])

function wireTypeOf(field: DescField): number {
  if (field.fieldKind === 'list' && field.listKind === 'scalar') return scalarWireType(field.scalar)
  if (field.fieldKind === 'enum') return WIRE.varint
  if (field.fieldKind === 'message') return field.delimitedEncoding ? WIRE.startGroup : WIRE.bytes
  if (field.fieldKind !== 'scalar') return WIRE.bytes
  return scalarWireType(field.scalar)
}

function scalarWireType(scalar: ScalarType): number {
  if (FIXED64.has(scalar)) return WIRE.fixed64
  if (FIXED32.has(scalar)) return WIRE.fixed32
  return scalar === ScalarType.STRING || scalar === ScalarType.BYTES ? WIRE.bytes : WIRE.varint
}

/** 64-bit integers are read in halves, since DataView would make a bigint of each; the sum is rounded once, as a bigint's number is. */
const READERS: Partial<Record<ScalarType, string>> = {
  [ScalarType.DOUBLE]: 'v.getFloat64(p,true)',
  [ScalarType.FLOAT]: 'v.getFloat32(p,true)',
  [ScalarType.FIXED64]: 'v.getUint32(p+4,true)*4294967296+v.getUint32(p,true)',
  [ScalarType.SFIXED64]: 'v.getInt32(p+4,true)*4294967296+v.getUint32(p,true)',
  [ScalarType.FIXED32]: 'v.getUint32(p,true)',
  [ScalarType.SFIXED32]: 'v.getInt32(p,true)',
  [ScalarType.INT32]: 'integers.int32()',
  [ScalarType.UINT32]: 'integers.uint32()',
  [ScalarType.SINT32]: 'integers.sint32()',
  [ScalarType.INT64]: 'integers.int64()',
  [ScalarType.UINT64]: 'integers.uint64()',
  [ScalarType.SINT64]: 'integers.sint64()',
  [ScalarType.BOOL]: 'integers.bool()',
}

function readerOf(field: DescField): string | undefined {
  if (field.fieldKind === 'enum') return READERS[ScalarType.INT32]
  if (field.fieldKind === 'list' && field.listKind === 'scalar') return READERS[field.scalar]
  return field.fieldKind === 'scalar' ? READERS[field.scalar] : undefined
}

function storeOf(field: DescField): PlannedField['store'] {
  if (field.fieldKind === 'enum') return 'enumeration'
  if (field.fieldKind !== 'scalar' || READERS[field.scalar] === undefined) return 'text'
  return field.scalar === ScalarType.BOOL ? 'boolean' : 'number'
}
