import { SluiceError } from '../../core/errors.ts'
import { type AvroField, type AvroType, type PrimitiveType, type RecordType, smallestSize, typeName } from './avro-type.ts'
import { logicalOf } from './logical-type.ts'

const LONGEST_SCHEMA = 1024 * 1024
const DEEPEST_SCHEMA = 64
const MOST_FIELDS = 10_000
const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u
const PRIMITIVES: ReadonlySet<string> = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'])

type Json = Readonly<Record<string, unknown>>

/**
 * The record that a schema in JSON declares (Avro 1.12, "Schema Declaration"). `references` are the schemas whose named types it
 * uses, those that others use first. Throws `codec.schema.invalid` that says where it breaks the rules; also for what is no record.
 */
export function parseRecordSchema(text: string, references: readonly string[] = []): RecordType {
  const parser = new SchemaParser()
  for (const reference of references) parser.read(reference)
  const type = parser.read(text)
  if (type.kind !== 'record') throw invalid(`it declares a ${type.kind}, and the values of a stream are records`)
  if (smallestSize(type) === Infinity) throw invalid(`record ${type.name} holds itself in a way that no value can end`)
  return type
}

export function invalid(problem: string, cause?: unknown): SluiceError {
  return new SluiceError('codec.schema.invalid', `the Avro schema can't be used: ${problem}`, { cause })
}

class SchemaParser {
  readonly #names = new Map<string, AvroType>()
  #fields = 0

  read(text: string): AvroType {
    if (text.length > LONGEST_SCHEMA) throw invalid(`it is longer than ${LONGEST_SCHEMA} characters`)
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch (cause) {
      throw invalid(`it is not JSON: ${(cause as Error).message}`, cause)
    }
    return this.#type(json, { namespace: '', depth: 0 })
  }

  #type(json: unknown, place: Place): AvroType {
    if (place.depth > DEEPEST_SCHEMA) throw invalid(`it is nested more than ${DEEPEST_SCHEMA} deep`)
    const inner = { ...place, depth: place.depth + 1 }
    if (typeof json === 'string') return this.#named(json, place.namespace)
    if (Array.isArray(json)) return this.#union(json, inner)
    if (typeof json !== 'object' || json === null) throw invalid(`${JSON.stringify(json)} stands where a type should`)
    const schema = json as Json
    const kind = schema['type']
    if (kind === 'record' || kind === 'error') return this.#record(schema, inner)
    if (kind === 'enum') return this.#enum(schema, place.namespace)
    if (kind === 'fixed') return this.#fixed(schema, place.namespace)
    if (kind === 'array') return { kind, items: this.#type(schema['items'], inner) }
    if (kind === 'map') return { kind, values: this.#type(schema['values'], inner) }
    const type = this.#type(kind, inner)
    const logical = isPrimitive(type) ? logicalOf(schema, type) : undefined
    return logical === undefined ? type : { ...(type as PrimitiveType), logical }
  }

  #named(name: string, namespace: string): AvroType {
    if (PRIMITIVES.has(name)) return { kind: name as PrimitiveType['kind'] }
    const type = this.#names.get(fullName(name, namespace)) ?? this.#names.get(name)
    if (type === undefined) throw invalid(`nothing declares the type '${name}'`)
    return type
  }

  #union(json: readonly unknown[], place: Place): AvroType {
    const branches = json.map((branch) => this.#type(branch, place))
    if (branches.length === 0) throw invalid('a union has no types')
    const seen = new Set<string>()
    for (const branch of branches) {
      if (branch.kind === 'union') throw invalid('a union stands directly in another')
      const name = typeName(branch)
      if (seen.has(name)) throw invalid(`a union has the type '${name}' twice`)
      seen.add(name)
    }
    return { kind: 'union', branches }
  }

  #record(schema: Json, place: Place): AvroType {
    const name = nameOf(schema, place.namespace)
    const fields: AvroField[] = []
    const type: RecordType = { kind: 'record', name, fields }
    this.#declare(type)
    const within = { ...place, namespace: namespaceOf(name) }
    if (!Array.isArray(schema['fields'])) throw invalid(`record ${name} has no list of fields`)
    for (const json of schema['fields'] as unknown[]) {
      const field = this.#field(json, name, within)
      if (fields.some((other) => other.name === field.name)) throw invalid(`record ${name} has the field '${field.name}' twice`)
      if (++this.#fields > MOST_FIELDS) throw invalid(`it has more than ${MOST_FIELDS} fields`)
      fields.push(field)
    }
    return type
  }

  #field(json: unknown, record: string, place: Place): AvroField {
    if (typeof json !== 'object' || json === null) throw invalid(`a field of record ${record} is ${JSON.stringify(json)}, no object`)
    const { name, type, aliases } = json as Json
    if (typeof name !== 'string' || !NAME.test(name)) throw invalid(`record ${record} has a field whose name is ${JSON.stringify(name)}`)
    const known = Array.isArray(aliases) ? aliases.filter((alias) => typeof alias === 'string') : []
    return { name, aliases: known, type: this.#type(type, place), default: (json as Json)['default'] }
  }

  #enum(schema: Json, namespace: string): AvroType {
    const name = nameOf(schema, namespace)
    const { symbols, default: fallback } = schema
    const isList = Array.isArray(symbols) && symbols.every((symbol) => typeof symbol === 'string' && NAME.test(symbol))
    if (!isList || new Set(symbols).size !== symbols.length) throw invalid(`enum ${name} has no list of different symbols`)
    if (fallback !== undefined && !symbols.includes(fallback)) throw invalid(`the default of enum ${name} is not one of its symbols`)
    return this.#declare({ kind: 'enum', name, symbols: symbols as string[], default: fallback as string | undefined })
  }

  #fixed(schema: Json, namespace: string): AvroType {
    const name = nameOf(schema, namespace)
    const { size } = schema
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > 2 ** 31) throw invalid(`fixed ${name} has no size`)
    return this.#declare({ kind: 'fixed', name, size, logical: logicalOf(schema, { kind: 'fixed', name, size }) })
  }

  #declare(type: AvroType & { readonly name: string }): AvroType {
    if (this.#names.has(type.name)) throw invalid(`the type ${type.name} is declared twice`)
    this.#names.set(type.name, type)
    return type
  }
}

interface Place {
  readonly namespace: string
  readonly depth: number
}

function isPrimitive(type: AvroType): type is PrimitiveType {
  return PRIMITIVES.has(type.kind)
}

function nameOf(schema: Json, namespace: string): string {
  const { name, namespace: own } = schema
  const full = typeof name === 'string' ? fullName(name, typeof own === 'string' ? own : namespace) : ''
  if (full.split('.').every((part) => NAME.test(part))) return full
  throw invalid(`a ${String(schema['type'])} is called ${JSON.stringify(name)}`)
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
}

function namespaceOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')))
}
