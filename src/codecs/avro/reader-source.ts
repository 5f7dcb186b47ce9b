import type { BoundField } from '../../core/codec.ts'
import { CELL } from '../../core/frame.ts'
import type { ColumnStore } from '../column-store.ts'
import { pathSteps } from '../path.ts'
import type { AvroField, AvroType, RecordType, SingleType } from './avro-type.ts'
import { type Resolved, resolveStep, valueIn, type Want } from './resolve-field.ts'
import { countSource, intSource, longSource, MALFORMED_SOURCE, SkipSource } from './skip-source.ts'
import { valueStore } from './value-store.ts'
import { readInt, readLong, wireState } from './wire.ts'

/**
 * Reads the record `bytes[at, end)` into the row of a frame that begins at `offset` of its matrix and cells.
 * Returns the row's flags, or `MALFORMED`; the row is then to be thrown away.
 */
// eslint-disable-next-line max-params -- the inner loop: an options object per record would cost more than reading one
export type RecordReader = (
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  matrix: Float64Array,
  cells: Uint8Array,
  offset: number,
) => number

export interface ReaderOptions {
  readonly writer: RecordType
  /** The schema that the paths are of; the writer's where absent. */
  readonly reader: RecordType | undefined
  readonly fields: readonly BoundField[]
  /** What a column's cell holds where the writer has no such field, and the reader has a default. */
  /** Only as far as the last of the fields: what follows is not looked at. */
  readonly partial?: boolean
  /** How many texts an open dictionary may learn. */
  readonly limit?: number
  readonly defaultCell: (field: AvroField, rest: Want) => { readonly value: number; readonly cell: number }
}

/** So many fields are read by one function; engines give up on optimizing those that are much longer. */
const FIELDS_PER_FUNCTION = 48

/**
 * Compiles a reader of these columns for records of one writer's schema. It passes through all of a record, since in Avro only that
 * tells where a field begins, and stores what is wanted. Only numbers get into the source, never names.
 */
export function compileReader(options: ReaderOptions): RecordReader {
  const writer = new SourceWriter(options)
  const source = writer.source()
  const environment = { stores: writer.stores, readLong, readInt, state: wireState }
  // eslint-disable-next-line typescript/no-implied-eval -- the source consists of numbers and the templates below
  return new Function('env', source)(environment) as RecordReader
}

/**
 * In the source, `b` and `v` are the bytes and their DataView, `p` is the position and `end` the end of the record, `m` and `c` are the
 * matrix and cells, `o` is the row's offset in them; `n` and `x` hold what was read last.
 */
class SourceWriter {
  readonly stores: ColumnStore[] = []
  readonly #options: ReaderOptions
  readonly #skips = new SkipSource()
  readonly #reset: string[]
  /** Columns that every record sets, so that they need no reset. */
  readonly #certain = new Set<number>()

  constructor(options: ReaderOptions) {
    this.#options = options
    const isValue = (column: number): boolean => options.fields[column]!.field.type === 'value'
    this.#reset = options.fields.map((_, column) => `m[o+${column}]=NaN;${isValue(column) ? '' : `c[o+${column}]=${CELL.missing};`}`)
  }

  source(): string {
    const { fields, writer, reader, partial = false } = this.#options
    const wants = fields.flatMap(({ field, path, guessed = false }, column): Want[] => {
      if (path === undefined || field.type === 'value') return []
      return [{ column, steps: guessed ? [path] : pathSteps(path), reader, guessed }]
    })
    const all = this.#record(writer, wants, { depth: 0, certain: true })
    const parts = partial ? all.slice(0, all.findLastIndex((part) => part.includes('o+')) + 1) : all
    const functions: string[] = []
    for (let at = 0; at < parts.length; at += FIELDS_PER_FUNCTION) {
      const body = parts.slice(at, at + FIELDS_PER_FUNCTION).join('\n')
      functions.push(`function part${functions.length}(b,v,p,end,m,c,o){let n=0,x=0;\n${body}\nreturn p}`)
    }
    const reset = this.#reset.filter((_, column) => !this.#certain.has(column)).join('')
    const calls = functions.map((_, i) => `p=part${i}(b,v,p,end,m,c,o);if(p<0)return p;`).join('\n')
    const flags = fields.length === 0 ? '0' : fields.map((_, column) => `c[o+${column}]`).join('|')
    return `'use strict';const {stores,readLong,readInt,state}=env;
${this.#skips.functions.join('\n')}
${functions.join('\n')}
return function(b,v,p,end,m,c,o){${reset}
${calls}
return p${partial ? '<=' : '==='}end?${flags}:${MALFORMED_SOURCE}}`
  }

  /** One piece of source per field, in the writer's order. */
  #record(record: RecordType, wants: readonly Want[], place: Place): string[] {
    const resolved = wants.flatMap((want) => resolveStep(record, want) ?? [])
    const fields = record.fields.flatMap((field) => {
      const mine = resolved.filter((one) => one.writer === field).map((one) => one.rest)
      return this.#value(field.type, mine, { ...place, depth: place.depth + 1 })
    })
    const defaults = resolved.flatMap((one) => (one.writer === undefined ? this.#default(one) : []))
    return [...defaults, ...fields]
  }

  #default({ reader, rest }: Resolved): string[] {
    if (reader!.default === undefined) return []
    const { value, cell } = this.#options.defaultCell(reader!, rest)
    return [`m[o+${rest.column}]=${Object.is(value, -0) ? '-0' : value};c[o+${rest.column}]=${cell};`]
  }

  #value(type: AvroType, wants: readonly Want[], place: Place): string[] {
    if (wants.length === 0) return [this.#skips.skip(type, String(place.depth))]
    if (type.kind === 'record') {
      const inner = wants.filter((want) => want.steps.length > 0)
      return [...this.#invalid(wants.filter((want) => want.steps.length === 0)), ...this.#record(type, inner, place)]
    }
    if (type.kind === 'union') return [this.#union(type.branches, wants, place)]
    const here = wants.filter((want) => want.steps.length === 0)
    if (type.kind === 'array' || type.kind === 'map') return [...this.#invalid(here), this.#skips.skip(type, String(place.depth))]
    return [this.#single(type, here, place)]
  }

  #union(branches: readonly AvroType[], wants: readonly Want[], place: Place): string {
    const inside = { ...place, certain: false }
    const cases = branches.map((branch, i) => `case ${i}:{${this.#value(branch, wants, inside).join('\n')}break}`)
    return `${intSource}switch(x){${cases.join('')}default:return ${MALFORMED_SOURCE}}`
  }

  #invalid(wants: readonly Want[]): string[] {
    return wants.map(({ column }) => `m[o+${column}]=NaN;c[o+${column}]=${CELL.invalid};`)
  }

  /** Reads a value that is no structure, leaves it in `x` or between `p` and `n`, and stores it. */
  #single(type: SingleType, wants: readonly Want[], place: Place): string {
    const store = (method: string, args: string): string =>
      wants.map(({ column, reader }) => this.#store({ type, column, reader, method, args, certain: place.certain })).join('')
    switch (type.kind) {
      case 'boolean':
        return `x=b[p++];if(!(x<2))return ${MALFORMED_SOURCE};${store('boolean', 'x')}`
      case 'int':
        return `${intSource}${store('number', 'x')}`
      case 'long':
        return `${longSource}${store('number', 'x')}`
      case 'float':
        return `if(p+4>end)return ${MALFORMED_SOURCE};x=v.getFloat32(p,true);p+=4;${store('number', 'x')}`
      case 'double':
        return `if(p+8>end)return ${MALFORMED_SOURCE};x=v.getFloat64(p,true);p+=8;${store('number', 'x')}`
      case 'enum':
        return `${intSource}if(x<0||x>=${type.symbols.length})return ${MALFORMED_SOURCE};${store('enumeration', 'x')}`
      case 'string':
      case 'bytes':
        return `${countSource}${store('text', 'b,p,n')}p+=n;`
      case 'fixed':
        return `if(p+${type.size}>end)return ${MALFORMED_SOURCE};${store('text', `b,p,${type.size}`)}p+=${type.size};`
      case 'null':
        return ''
    }
  }

  #store({ type, column, reader, method, args, certain }: StoreOptions): string {
    const { field } = this.#options.fields[column]!
    const expected = valueIn(reader, type)
    const isNumber = method === 'number' || method === 'boolean'
    if (certain) this.#certain.add(column)
    if (field.type === 'number' && isNumber) {
      const rounded = expected?.kind === 'float' && (type.kind === 'int' || type.kind === 'long') ? `Math.fround(${args})` : args
      return `m[o+${column}]=${rounded};c[o+${column}]=${CELL.present};`
    }
    const how = method === 'number' && 'logical' in type && type.logical !== undefined ? 'enumeration' : method
    const store = this.stores.push(valueStore(field, { type, reader: expected, limit: this.#options.limit })) - 1
    return `stores[${store}].${how}(${args},m,c,o+${column}${method === 'text' ? ',false' : ''});`
  }
}

interface Place {
  readonly depth: number
  /** Whether every record passes here. */
  readonly certain: boolean
}

interface StoreOptions {
  readonly type: AvroType
  readonly column: number
  readonly reader: AvroType | undefined
  readonly method: string
  readonly args: string
  readonly certain: boolean
}
