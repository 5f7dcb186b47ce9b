import type { SchemaField } from '../../core/codec.ts'
import { SluiceError } from '../../core/errors.ts'
import { similarName } from '../../core/similar-name.ts'
import { pathSteps } from '../path.ts'
import { type AvroField, type AvroType, type RecordType, typeName } from './avro-type.ts'

/** A column that is to be fed by what stands at some steps inside of a value. */
export interface Want {
  readonly column: number
  readonly steps: readonly string[]
  /** What the reader's schema says of the value, where there is one. */
  readonly reader: AvroType | undefined
  /** Without a reader's schema, a field of a similar name will do. */
  readonly guessed: boolean
}

/** Where a want goes on in a record: in a field of the writer, or in the reader's default where the writer has no such field. */
export interface Resolved {
  readonly writer: AvroField | undefined
  readonly reader: AvroField | undefined
  readonly rest: Want
}

/**
 * Takes the first step of a want into a writer's record (Avro 1.12, "Schema Resolution"): the reader's field of that name, found in the
 * writer by its name, else by its aliases. undefined where there is no such field.
 */
export function resolveStep(record: RecordType, want: Want): Resolved | undefined {
  const [step, ...steps] = want.steps
  const expected = recordIn(want.reader, record)
  const reader = expected === undefined ? undefined : fieldOf(expected, step!)
  if (expected !== undefined && reader === undefined) return undefined
  const writer = reader === undefined ? ownField(record, step!, want.guessed) : writersField(record, reader)
  if (writer === undefined && reader === undefined) return undefined
  return { writer, reader, rest: { column: want.column, steps, reader: reader?.type, guessed: false } }
}

function writersField(record: RecordType, { name, aliases }: AvroField): AvroField | undefined {
  const { fields } = record
  return fields.find((field) => field.name === name) ?? fields.find((field) => aliases.includes(field.name))
}

function ownField(record: RecordType, name: string, guessed: boolean): AvroField | undefined {
  const exact = fieldOf(record, name)
  if (exact !== undefined || !guessed) return exact
  const wanted = similarName(name)
  return record.fields.findLast((field) => similarName(field.name) === wanted)
}

function fieldOf({ fields }: RecordType, name: string): AvroField | undefined {
  return fields.find((field) => field.name === name) ?? fields.find((field) => field.aliases.includes(name))
}

/** The reader's record for a writer's: of several in a union, the one of the same name. */
function recordIn(reader: AvroType | undefined, writer: RecordType): RecordType | undefined {
  if (reader?.kind !== 'union') return reader?.kind === 'record' ? reader : undefined
  const records = reader.branches.filter((branch) => branch.kind === 'record')
  return records.find((record) => record.name === writer.name) ?? records[0]
}

/** The reader's type for a single value of the writer's: of a union, the branch of the same kind, else the first that can take it. */
export function valueIn(reader: AvroType | undefined, writer: AvroType): AvroType | undefined {
  if (reader?.kind !== 'union') return reader
  const { branches } = reader
  return branches.find((branch) => branch.kind === writer.kind) ?? branches.find((branch) => PROMOTIONS[writer.kind]?.includes(branch.kind))
}

const PROMOTIONS: Partial<Record<AvroType['kind'], readonly AvroType['kind'][]>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
}

/** Throws `codec.schema.invalid` where a path is not in a schema, or leads to what is no single value though one is needed. */
export function checkPath(record: RecordType, path: string, single: boolean): void {
  let types: readonly AvroType[] = [record]
  for (const step of pathSteps(path)) {
    types = types.flatMap((type) => branchesOf((type.kind === 'record' ? fieldOf(type, step)?.type : undefined) ?? []))
    if (types.length === 0) throw unknownField(record, path)
  }
  const holders = types.filter((type) => type.kind !== 'null')
  if (!single || holders.length === 0 || holders.some((type) => !isHolder(type))) return
  const message = `field '${path}' of ${record.name} is a ${typeName(holders[0]!)}; a model input needs a single value`
  throw new SluiceError('codec.schema.invalid', message)
}

function branchesOf(type: AvroType | readonly AvroType[]): readonly AvroType[] {
  if (Array.isArray(type)) return type as readonly AvroType[]
  const one = type as AvroType
  return one.kind === 'union' ? one.branches : [one]
}

function isHolder({ kind }: AvroType): boolean {
  return kind === 'record' || kind === 'array' || kind === 'map'
}

function unknownField(record: RecordType, path: string): SluiceError {
  const known = schemaFields(record).map((field) => field.path)
  return new SluiceError('codec.schema.invalid', `${record.name} has no field '${path}'; it has ${known.join(', ')}`)
}

const DEEPEST_FIELD = 8
const MOST_FIELDS = 10_000

/**
 * The fields of a record in their declared order; those of nested records by dotted paths, to a depth of 8, or less where records within
 * records would make more than 10,000 of them.
 */
export function schemaFields(record: RecordType): SchemaField[] {
  for (let depth = DEEPEST_FIELD; depth > 0; depth--) {
    const fields: SchemaField[] = []
    if (collect(record, { fields, prefix: '', depth })) return fields
  }
  return record.fields.map((field) => ({ path: field.name, type: simpleType(field.type) }))
}

interface Collection {
  readonly fields: SchemaField[]
  readonly prefix: string
  readonly depth: number
}

/** False where there are too many. */
function collect(record: RecordType, { fields, prefix, depth }: Collection): boolean {
  for (const field of record.fields) {
    const path = prefix + field.name
    const inner = branchesOf(field.type).find((type) => type.kind === 'record')
    if (inner !== undefined && depth > 0) {
      if (!collect(inner, { fields, prefix: `${path}.`, depth: depth - 1 })) return false
    } else if (fields.push({ path, type: simpleType(field.type) }) > MOST_FIELDS) return false
  }
  return true
}

const NUMBERS: ReadonlySet<string> = new Set(['boolean', 'int', 'long', 'float', 'double'])

function simpleType(type: AvroType): SchemaField['type'] {
  const types = branchesOf(type).filter((branch) => branch.kind !== 'null')
  if (types.length === 0) return 'other'
  if (types.every((branch) => NUMBERS.has(branch.kind) || ('logical' in branch && branch.logical?.name === 'decimal'))) return 'number'
  return types.every((branch) => branch.kind === 'string' || branch.kind === 'enum') ? 'text' : 'other'
}
