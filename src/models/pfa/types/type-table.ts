import { describe } from '../document/describe.ts'
import { isArray, isObject, type Json, type JsonObject } from '../document/json.ts'
import type { Place } from '../document/place.ts'
import { arrayOf, mapOf, PRIMITIVES, type RecordField, type RecordType, type Type, unionOf } from './type.ts'

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const FULL_NAME = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/
const NAMED: ReadonlySet<unknown> = new Set(['record', 'error', 'enum', 'fixed'])
const FIELD_LIMIT = 10_000

interface Declaration {
  readonly json: JsonObject
  readonly namespace: string
  readonly place: Place
  type?: Type
}

/**
 * The types of a document. A named type is declared once, anywhere, and may be mentioned before (PFA 0.8.1, Avro type schemas). All
 * declarations must be noted before a type is read.
 */
export class TypeTable {
  readonly #declared = new Map<string, Declaration>()

  /** Notes the named types that are declared in `json`, which may be any part of a document. */
  declareAll(json: Json, place: Place, namespace = ''): void {
    if (isArray(json)) json.forEach((item, i) => this.declareAll(item, place.at(i, item), namespace))
    if (!isObject(json)) return
    const inner = this.#declare(json, place, namespace) ?? namespace
    // The value of a literal is data.
    const literal = json.has('value') && json.has('type')
    for (const [key, part] of json) if (!(literal && key === 'value')) this.declareAll(part, place.at(key, part), inner)
  }

  #declare(json: JsonObject, place: Place, namespace: string): string | undefined {
    const kind = json.get('type')
    const name = json.get('name')
    if (typeof kind !== 'string' || !NAMED.has(kind) || typeof name !== 'string') return undefined
    if (!json.has('fields') && !json.has('symbols') && !json.has('size')) return undefined
    const own = json.get('namespace')
    const full = fullName(name, typeof own === 'string' ? own : namespace)
    if (!FULL_NAME.test(full)) place.refuse(`${JSON.stringify(full)} is no name of a type`)
    const known = this.#declared.get(full)
    if (known === undefined) this.#declared.set(full, { json, namespace: namespaceOf(full), place })
    else if (!sameJson(known.json, json))
      place.refuse(`the type '${full}' is declared again, and differently, at ${known.place.toString()}`)
    return namespaceOf(full)
  }

  /** The type that this JSON stands for. Refuses the document where it is none. */
  read(json: Json | undefined, place: Place, namespace = ''): Type {
    if (typeof json === 'string') return this.#byName(json, place, namespace)
    if (isArray(json)) return this.#union(json, place, namespace)
    if (!isObject(json)) return place.refuse('a type is wanted: a name, an object or an array of types')
    const kind = json.get('type')
    if (kind === 'array') return arrayOf(this.read(json.get('items'), place.at('items', json.get('items')), namespace))
    if (kind === 'map') return mapOf(this.read(json.get('values'), place.at('values', json.get('values')), namespace))
    if (typeof kind === 'string' && NAMED.has(kind)) return this.#declaredHere(json, place, namespace)
    if (kind === undefined) return place.refuse('a type needs "type"')
    return this.read(kind, place.at('type', kind), namespace)
  }

  /** The named type of this full name, or undefined. */
  named(name: string): Type | undefined {
    const declaration = this.#declared.get(name)
    return declaration && (declaration.type ??= this.#build(name, declaration))
  }

  #byName(name: string, place: Place, namespace: string): Type {
    const type = PRIMITIVES.get(name) ?? this.named(fullName(name, namespace)) ?? this.named(name)
    return type ?? place.refuse(`there is no type '${name}'`)
  }

  #union(json: readonly Json[], place: Place, namespace: string): Type {
    const types = json.map((part, i) => this.read(part, place.at(i, part), namespace))
    if (types.length === 0) place.refuse('a union needs types')
    const tags = types.map((type) => (type.kind === 'array' || type.kind === 'map' ? type.kind : type.key))
    const twice = tags.find((tag, i) => tags.indexOf(tag) !== i)
    if (twice !== undefined) place.refuse(`a union has '${twice}' twice`)
    if (types.some((type) => type.kind === 'union')) place.refuse('a union directly in a union')
    return unionOf(types)
  }

  #declaredHere(json: JsonObject, place: Place, namespace: string): Type {
    const name = json.get('name')
    if (typeof name !== 'string') return place.refuse('a named type needs a name')
    const own = json.get('namespace')
    const full = fullName(name, typeof own === 'string' ? own : namespace)
    return this.named(full) ?? place.refuse(`the type '${full}' lacks its fields, symbols or size`)
  }

  #build(name: string, declaration: Declaration): Type {
    const { json, place } = declaration
    const kind = json.get('type')
    if (kind === 'enum') return { kind: 'enum', key: name, name, symbols: symbolsOf(json, place) }
    if (kind === 'fixed') {
      const size = json.get('size')
      if (typeof size !== 'number' || size < 0 || !Number.isInteger(size)) return place.refuse('"size" must be a whole number')
      return { kind: 'fixed', key: name, name, size }
    }
    const fields: RecordField[] = []
    const record: RecordType = { kind: 'record', key: name, name, fields }
    declaration.type = record
    fields.push(...this.#fields(declaration))
    return record
  }

  #fields({ json, place, namespace }: Declaration): readonly RecordField[] {
    const fields = json.get('fields')
    if (!isArray(fields)) return place.refuse('"fields" must be an array')
    if (fields.length > FIELD_LIMIT) place.refuse(`a record has ${fields.length} fields; ${FIELD_LIMIT} at most`)
    const seen = new Set<string>()
    return fields.map((field, i) => {
      const here = place.at('fields').at(i, field)
      if (!isObject(field)) return here.refuse('a field is an object with "name" and "type"')
      const name = field.get('name')
      if (typeof name !== 'string' || !NAME.test(name)) return here.refuse(`${describe(name)} is no name of a field`)
      if (seen.has(name)) here.refuse(`the field '${name}' occurs twice`)
      seen.add(name)
      const type = this.read(field.get('type'), here.at('type', field.get('type')), namespace)
      return field.has('default') ? { name, type, fallback: field.get('default') } : { name, type }
    })
  }
}

function symbolsOf(json: JsonObject, place: Place): readonly string[] {
  const symbols = json.get('symbols')
  if (!isArray(symbols) || symbols.length === 0) return place.refuse('"symbols" must be an array of names')
  const names = symbols.filter((symbol) => typeof symbol === 'string' && NAME.test(symbol)) as string[]
  if (names.length < symbols.length || new Set(names).size < names.length) place.refuse('"symbols" must be names that differ')
  return names
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
}

function namespaceOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')))
}

function sameJson(one: Json | undefined, other: Json | undefined): boolean {
  if (isArray(one)) return isArray(other) && one.length === other.length && one.every((item, i) => sameJson(item, other[i]))
  if (!isObject(one)) return one === other
  if (!isObject(other)) return false
  const keys = [...one.keys(), ...other.keys()].filter((key) => key !== '@')
  return keys.every((key) => sameJson(one.get(key), other.get(key)))
}
