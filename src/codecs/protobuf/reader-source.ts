import type { BoundField } from '../../core/codec.ts'
import type { PlannedField, PlannedMessage } from './read-plan.ts'
import { integers, MALFORMED, readVarint, skipField, WIRE, wireState, WRONG_WIRE_TYPE } from './wire.ts'
import { columnStore } from './column-store.ts'

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
  matrix: Float64Array,
  cells: Uint8Array,
  offset: number,
) => number

/** How many fields a reader expects in their declared order before it falls back to looking tags up. */
const EXPECTED_FIELDS = 96

/**
 * Compiles a plan. The code first expects the fields one after the other, as every encoder writes them, with one comparison
 * each, then takes what is left by a switch over tags. Only numbers of the schema get into the source, never its names.
 */
export function compileReader(plan: PlannedMessage, fields: readonly BoundField[]): MessageReader {
  const stores = fields.map((bound, column) => columnStore(bound.field, enumNamesOf(plan, column)))
  const functions: string[] = []
  const root = new SourceWriter(fields, functions).message(plan, true)
  const source = `'use strict';${functions.join('\n')}\nreturn ${root}`
  const environment = { stores, readVarint, skipField, integers, state: wireState }
  // eslint-disable-next-line typescript/no-implied-eval -- the source consists of numbers and the templates below
  return new Function('env', `const {stores,readVarint,skipField,integers,state}=env;${source}`)(environment) as MessageReader
}

class SourceWriter {
  readonly #fields: readonly BoundField[]
  readonly #functions: string[]

  constructor(fields: readonly BoundField[], functions: string[]) {
    this.#fields = fields
    this.#functions = functions
  }

  /** Adds the function that reads a message, and returns its name. */
  message(plan: PlannedMessage, isRoot: boolean): string {
    const expected = plan.fields.slice(0, EXPECTED_FIELDS).map((field) => this.#expect(field))
    const cases = plan.fields.filter(isWanted).map((field) => `case ${tagOf(field)}:{${this.#value(field)}break}`)
    const wrong = plan.fields.filter(isWanted).map((field) => `case ${field.number}:state.field=${field.number};return ${WRONG_WIRE_TYPE};`)
    const name = `read${this.#functions.length}`
    this.#functions.push(`function ${name}(b,v,p,end,m,c,o){
let n=0,q=0,t=0;
${isRoot ? this.#absentEverywhere(plan) : ''}${plan.fields.map((field) => this.#default(field)).join('')}
${expected.join('\n')}
while(p<end){
t=b[p];
if(t<128)p++;else{p=readVarint(b,p,end);if(p<0||state.high!==0)return ${MALFORMED};t=state.low}
switch(t){${cases.join('')}
default:{switch(t>>>3){case 0:return ${MALFORMED};${wrong.join('')}}
p=skipField(b,p,end,t);if(p<0)return ${MALFORMED}}}
}
return p===end?${isRoot ? this.#flags() : '0'}:${MALFORMED}}`)
    return name
  }

  /** `if the next tag is this field's, read or skip it`. */
  #expect(field: PlannedField): string {
    const [first, second] = tagBytes(field)
    if (first === undefined) return ''
    const tag = second === undefined ? `b[p]===${first}` : `b[p]===${first}&&b[p+1]===${second}`
    return `if(p<end&&${tag}){p+=${second === undefined ? 1 : 2};${this.#value(field)}}`
  }

  /** Reads or skips a value at p and moves p after it. */
  #value(field: PlannedField): string {
    const { read } = field
    switch (field.wireType) {
      case WIRE.fixed64:
      case WIRE.fixed32: {
        const size = field.wireType === WIRE.fixed64 ? 8 : 4
        const value = read?.includes('Big') === true ? `Number(v.${read}(p,true))` : `v.${read}(p,true)`
        return `if(p+${size}>end)return ${MALFORMED};${this.#storeNumber(field, value)}p+=${size};`
      }
      case WIRE.varint:
        return `p=readVarint(b,p,end);if(p<0)return ${MALFORMED};${this.#storeNumber(field, `integers.${read}()`)}`
      case WIRE.bytes:
        return `n=b[p];if(n<128)p++;else{p=readVarint(b,p,end);if(p<0||state.high!==0||state.low<0)return ${MALFORMED};n=state.low}
if(p>=end+(n===0?1:0)||p+n>end)return ${MALFORMED};${this.#storeBytes(field)}p+=n;`
      default:
        return `p=skipField(b,p,end,${tagOf(field)});if(p<0)return ${MALFORMED};`
    }
  }

  #storeNumber(field: PlannedField, value: string): string {
    if (field.columns.length === 0) return ''
    return `{const x=${value};${field.columns.map((column) => this.#assignNumber(field, column, 'x')).join('')}}`
  }

  #assignNumber(field: PlannedField, column: number, value: string): string {
    const { type } = this.#fields[column]!.field
    if (type === 'number') return `m[o+${column}]=${value};c[o+${column}]=0;`
    if (type === 'value') return ''
    const text = field.enumNames !== undefined ? 'enumeration' : field.read === 'bool' ? 'boolean' : 'number'
    return `stores[${column}].${text}(${value},m,c,o+${column});`
  }

  #storeBytes(field: PlannedField): string {
    if (field.message !== undefined) return `q=${this.message(field.message, false)}(b,v,p,p+n,m,c,o);if(q<0)return q;`
    return field.columns.map((column) => `stores[${column}].text(b,p,n,m,c,o+${column},${field.implicit});`).join('')
  }

  /** Before a message is read, all columns of it and of the messages in it are missing, but those that get a default. */
  #absentEverywhere(plan: PlannedMessage): string {
    const defaulted = new Set(plan.fields.flatMap((field) => (field.implicit && field.read !== undefined ? field.columns : [])))
    return [...this.#fields.keys()]
      .filter((column) => !defaulted.has(column))
      .map((column) => (this.#fields[column]!.field.type === 'value' ? `m[o+${column}]=NaN;` : `m[o+${column}]=NaN;c[o+${column}]=1;`))
      .join('')
  }

  /** A proto3 field without `optional` has its default where the wire lacks it; an empty text counts as missing. */
  #default(field: PlannedField): string {
    if (!field.implicit || field.read === undefined) return ''
    return field.columns.map((column) => this.#assignNumber(field, column, '0')).join('')
  }

  #flags(): string {
    const columns = [...this.#fields.keys()]
    return columns.length === 0 ? '0' : columns.map((column) => `c[o+${column}]`).join('|')
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
  return field.columns.length > 0 || field.message !== undefined
}

function tagOf(field: PlannedField): number {
  return ((field.number << 3) | field.wireType) >>> 0
}

/** The one or two bytes of a field's tag, or none where it is longer. */
function tagBytes(field: PlannedField): number[] {
  const tag = tagOf(field)
  if (tag < 128) return [tag]
  return tag < 16384 ? [(tag & 127) | 128, tag >>> 7] : []
}
