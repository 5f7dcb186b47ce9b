import { ScalarType } from '@bufbuild/protobuf'
import type { BoundField } from '../../core/codec.ts'
import { ListFeed } from './list-feed.ts'
import type { PlannedField, PlannedMessage, RecordPlan } from './read-plan.ts'
import { integers, MALFORMED, readVarint, skipField, WIRE, wireState, WRONG_WIRE_TYPE } from './wire.ts'
import { columnStore } from '../column-store.ts'

/**
 * Reads the message `bytes[at, end)` into the row of a frame that begins at `offset` of its matrix and cells.
 * Returns the row's flags, or `MALFORMED` or `WRONG_WIRE_TYPE`; the row is then to be thrown away.
 */
// eslint-disable-next-line max-params -- the inner loop: an options object per record would cost more than reading one
export type MessageReader = (
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  matrix: Float64Array | Float32Array,
  cells: Uint8Array,
  offset: number,
) => number

export interface CompiledReader {
  readonly readMessage: MessageReader
  /** Whether the row is one list of floats, so that a matrix of floats holds it, too. */
  readonly isFloats: boolean
  /** The names of the fields that it reads: `wireState.field` is a place in this list. */
  readonly names: readonly string[]
}

/** Reads a length at p into n, moves p after it, and sees that so many bytes are there. */
const LENGTH_SOURCE = `n=b[p];if(n<128)p++;else{p=readVarint(b,p,end);if(p<0||state.high!==0||state.low<0)return ${MALFORMED};n=state.low}
if(p>=end+(n===0?1:0)||p+n>end)return ${MALFORMED};`

/** How many fields a reader expects in their declared order before it falls back to looking tags up. */
const EXPECTED_FIELDS = 96

/**
 * Compiles a plan. The code first expects the fields one after the other, as every encoder writes them, with one comparison
 * each, then takes what is left by a switch over tags. Only numbers of the schema get into the source, never its names.
 */
export function compileReader(plan: RecordPlan, fields: readonly BoundField[]): CompiledReader {
  const stores = fields.map((bound, column) => columnStore(bound.field, enumNamesOf(plan, column)))
  const lists = plan.lists.map(({ list, scalar }) => new ListFeed(list, scalar))
  const writer = new SourceWriter(fields, lists.length)
  const root = writer.message(plan, true)
  const { functions, enums, names } = writer
  const source = `'use strict';const {stores,enums,lists,readVarint,skipField,integers,state}=env;${functions.join('\n')}\nreturn ${root}`
  const environment = { stores, enums, lists, readVarint, skipField, integers, state: wireState }
  // eslint-disable-next-line typescript/no-implied-eval -- the source consists of numbers and the templates below
  return { readMessage: new Function('env', source)(environment) as MessageReader, isFloats: isRowOfFloats(plan, fields.length), names }
}

function isRowOfFloats({ lists }: RecordPlan, width: number): boolean {
  return (
    lists.length === 1 && lists[0]!.scalar === ScalarType.FLOAT && lists[0]!.list.columns === undefined && lists[0]!.list.size === width
  )
}

/**
 * In the source, `b` and `v` are the bytes and their DataView, `p` is the position and `end` the end of the message, `m` and `c` are the
 * matrix and cells, `o` is the row's offset in them; `n` and `q` are lengths and results, `t` is a tag as a 32-bit integer.
 */
class SourceWriter {
  readonly functions: string[] = []
  /** The numbers that closed enums have. */
  readonly enums: ReadonlyMap<number, string>[] = []
  readonly names: string[] = []
  readonly #fields: readonly BoundField[]
  readonly #lists: readonly number[]
  readonly #written = new Map<PlannedMessage, string>()

  constructor(fields: readonly BoundField[], lists: number) {
    this.#fields = fields
    this.#lists = Array.from({ length: lists }, (_, i) => i)
  }

  /** Adds the function that reads a message, where it is not there yet, and returns its name. */
  message(plan: PlannedMessage, isRoot: boolean): string {
    const written = this.#written.get(plan)
    if (written !== undefined) return written
    const expected = plan.fields.slice(0, EXPECTED_FIELDS).map((field) => this.#expect(field))
    const wanted = plan.fields.filter(isWanted)
    const cases = wanted.flatMap((field) => {
      const own = `case ${tagOf(field)}:{${this.#value(field)}break}`
      return field.lists.length === 0 ? [own] : [own, `case ${packedTagOf(field)}:{${this.#packed(field)}break}`]
    })
    const wrong = wanted.map((field) => `case ${field.number}:state.field=${this.names.push(field.name) - 1};return ${WRONG_WIRE_TYPE};`)
    const name = `read${this.functions.length}`
    this.#written.set(plan, name)
    this.functions.push(`function ${name}(b,v,p,end,m,c,o){
let n=0,q=0,t=0;
${isRoot ? this.#absentEverywhere(plan) : ''}
${expected.join('\n')}
while(p<end){
t=b[p];
if(t<128)p++;else{p=readVarint(b,p,end);if(p<0||state.high!==0)return ${MALFORMED};t=state.low}
switch(t){${cases.join('')}
default:{switch(t>>>3){case 0:return ${MALFORMED};${wrong.join('')}}
p=skipField(b,p,end,t);if(p<0)return ${MALFORMED}}}
}
if(p!==end)return ${MALFORMED};
${plan.fields.map((field) => this.#defaults(field, isRoot)).join('')}
return ${isRoot ? this.#flags() : '0'}}`)
    return name
  }

  /** `if the next tag is this field's, read or skip it`. */
  #expect(field: PlannedField): string {
    const [first, second] = tagBytes(field)
    if (first === undefined) return ''
    const tag = second === undefined ? `b[p]===${first}` : `b[p]===${first}&&b[p+1]===${second}`
    return `if(p<end&&${tag}){p+=${second === undefined ? 1 : 2};${isPacked(field) ? this.#packed(field) : this.#value(field)}}`
  }

  /** Reads or skips a value at p and moves p after it. */
  #value(field: PlannedField): string {
    const clear =
      field.clears.map((column) => `m[o+${column}]=NaN;c[o+${column}]=1;`).join('') +
      field.clearsLists.map((list) => `lists[${list}].clear(m,c,o);`).join('')
    switch (field.wireType) {
      case WIRE.fixed64:
      case WIRE.fixed32: {
        const size = field.wireType === WIRE.fixed64 ? 8 : 4
        return `if(p+${size}>end)return ${MALFORMED};${clear}${this.#storeNumber(field)}p+=${size};`
      }
      case WIRE.varint:
        return `p=readVarint(b,p,end);if(p<0)return ${MALFORMED};${this.#storeNumber(field, clear)}`
      case WIRE.bytes:
        return `${LENGTH_SOURCE}${clear}${this.#storeBytes(field)}p+=n;`
      default:
        return `q=skipField(b,p,end,${tagOf(field)});if(q<0)return ${MALFORMED};${clear}${this.#storeGroup(field)}p=q;`
    }
  }

  /** Reads the values of a repeated field that come in one piece. */
  #packed(field: PlannedField): string {
    const feeds = field.lists.map((list) => `q=lists[${list}].packed(b,v,p,p+n,m,c,o);if(q<0)return q;`)
    return `${LENGTH_SOURCE}${feeds.join('')}p+=n;`
  }

  /** Numbers that a closed enum lacks leave everything as it was. */
  #storeNumber(field: PlannedField, clear = ''): string {
    if (field.columns.length === 0 && field.lists.length === 0 && clear === '') return ''
    const columns = field.columns.map((column) => this.#assignNumber(field, column, 'x')).join('')
    const lists = field.lists.map((list) => `lists[${list}].one(x,m,c,o);`).join('')
    const store = `const x=${field.read};${columns}${lists}`
    if (!field.closed) return `{${clear}${store}}`
    return `if(enums[${this.enums.push(field.enumNames!) - 1}].has(${field.read})){${clear}${store}}`
  }

  #assignNumber(field: PlannedField, column: number, value: string): string {
    if (this.#isNumber(column)) return `m[o+${column}]=${value};c[o+${column}]=0;`
    return `stores[${column}].${field.store}(${value},m,c,o+${column});`
  }

  #storeBytes(field: PlannedField): string {
    if (field.message !== undefined) return `q=${this.message(field.message, false)}(b,v,p,p+n,m,c,o);if(q<0)return q;`
    return field.columns.map((column) => `stores[${column}].text(b,p,n,m,c,o+${column},${field.implicit});`).join('')
  }

  /** The group from p to before its end tag, which has as many bytes as its start tag where it is not overlong. */
  #storeGroup(field: PlannedField): string {
    if (field.message === undefined) return ''
    const end = `q-${varintWidth(tagOf(field) >>> 0)}`
    return `n=${this.message(field.message, false)}(b,v,p,${end},m,c,o);if(n<0)return n;`
  }

  /** Before a record is read all columns are missing, but numbers that get a default. */
  #absentEverywhere(plan: PlannedMessage): string {
    const defaulted = new Set(
      plan.fields.flatMap((field) => (hasDefault(field) ? field.columns.filter((column) => this.#isNumber(column)) : [])),
    )
    const begin = this.#lists.map((list) => `lists[${list}].begin();`).join('')
    const absent = this.#single()
      .map((column) => {
        if (defaulted.has(column)) return `m[o+${column}]=0;c[o+${column}]=0;`
        return this.#fields[column]!.field.type === 'value' ? `m[o+${column}]=NaN;` : `m[o+${column}]=NaN;c[o+${column}]=1;`
      })
      .join('')
    return begin + absent
  }

  /** The columns that are not of a vector: what is missing of those is found out after the record was read. */
  #single(): number[] {
    return [...this.#fields.keys()].filter((column) => this.#fields[column]!.list?.shape === undefined)
  }

  /**
   * A proto3 field without `optional` has its default where the wire lacks it; an empty text counts as missing. Only what is
   * still missing after the message was read: the message may stand twice, and is then merged.
   */
  #defaults(field: PlannedField, isRoot: boolean): string {
    if (!hasDefault(field)) return ''
    const columns = field.columns.filter((column) => !(isRoot && this.#isNumber(column)))
    return columns.map((column) => `if(c[o+${column}]===1){${this.#assignNumber(field, column, '0')}}`).join('')
  }

  #isNumber(column: number): boolean {
    return this.#fields[column]!.field.type === 'number'
  }

  #flags(): string {
    const cells = this.#single().map((column) => `c[o+${column}]`)
    return [...cells, ...this.#lists.map((list) => `lists[${list}].end(m,c,o)`), '0'].join('|')
  }
}

function enumNamesOf(plan: PlannedMessage, column: number): ReadonlyMap<number, string> | undefined {
  for (const field of plan.fields) {
    if (field.columns.includes(column)) return field.enumNames
    const inner = field.message === undefined ? undefined : enumNamesOf(field.message, column)
    if (inner !== undefined) return inner
  }
  return undefined
}

function isWanted(field: PlannedField): boolean {
  return [field.columns, field.lists, field.clears, field.clearsLists].some((all) => all.length > 0) || field.message !== undefined
}

function hasDefault(field: PlannedField): boolean {
  return field.implicit && field.read !== undefined
}

/** As the readers have tags: numbers of fields from 2^28 on make it negative. */
function tagOf(field: PlannedField): number {
  return (field.number << 3) | field.wireType
}

function isPacked(field: PlannedField): boolean {
  return field.packed && field.lists.length > 0
}

function packedTagOf(field: PlannedField): number {
  return (field.number << 3) | WIRE.bytes
}

/** The one or two bytes of a field's tag, or none where it is longer. */
function tagBytes(field: PlannedField): number[] {
  const tag = (isPacked(field) ? packedTagOf(field) : tagOf(field)) >>> 0
  if (tag < 128) return [tag]
  return tag < 16384 ? [(tag & 127) | 128, tag >>> 7] : []
}

function varintWidth(value: number): number {
  let width = 1
  for (let rest = value; rest > 127; rest >>>= 7) width++
  return width
}
