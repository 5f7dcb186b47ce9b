import { SluiceError } from '../../../core/errors.ts'
import { Decoded, isObject, type Json, type JsonObject } from '../document/json.ts'
import type { Place } from '../document/place.ts'
import { mapOf, type Type } from '../types/type.ts'
import { MisfitError } from '../values/read-json.ts'
import type { Value } from '../values/value.ts'
import type { ValueTools } from '../values/value-tools.ts'
import { type Document, entries, written } from './document.ts'
import type { Store } from './store.ts'

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const KEYS: ReadonlySet<string> = new Set(['type', 'init', 'shared', 'rollback', 'source', '@'])

interface Kind {
  readonly field: 'cells' | 'pools'
  readonly kind: 'cell' | 'pool'
  readonly type: (declared: Type) => Type
}

/** The cells of a document. Those that no expression writes to are constants. */
export function readCells(document: Document, values: ValueTools): ReadonlyMap<string, Store> {
  return readStores(document, values, { field: 'cells', kind: 'cell', type: (type) => type })
}

/** The pools of a document: their values are maps. */
export function readPools(document: Document, values: ValueTools): ReadonlyMap<string, Store> {
  return readStores(document, values, { field: 'pools', kind: 'pool', type: mapOf })
}

function readStores(document: Document, values: ValueTools, kind: Kind): ReadonlyMap<string, Store> {
  const { json, place } = document
  const code = ['begin', 'action', 'end', 'fcns', 'merge'].map((key) => json.get(key) ?? null)
  const writes = written(code, kind.kind)
  const stores = new Map<string, Store>()
  for (const [name, part] of entries(json, kind.field, place)) {
    const here = place.at(kind.field).at(name, part)
    if (!NAME.test(name)) here.refuse(`${JSON.stringify(name)} is no name of a symbol`)
    if (!isObject(part)) return here.refuse('an object with "type" and "init" is wanted')
    for (const key of part.keys()) if (!KEYS.has(key)) here.refuse(`there is no property '${key}'`)
    const type = document.types.read(part.get('type'), here.at('type', part.get('type')))
    const shared = flag(part, 'shared', here)
    const rollback = flag(part, 'rollback', here)
    if (shared && rollback) here.refuse('"shared" and "rollback" exclude each other')
    const constant = kind.kind === 'cell' && !writes.has(name)
    const stem = `$${kind.field}_${stores.size}`
    const variable = shared && !constant ? `$shared.${stem}` : stem
    const initial = initialOf(part, { type: kind.type(type), values, place: here, optional: kind.field === 'pools' })
    stores.set(name, { name, type, shared, rollback, code: variable, initial, written: writes.has(name), constant })
  }
  return stores
}

interface Initial {
  readonly type: Type
  readonly values: ValueTools
  readonly place: Place
  readonly optional: boolean
}

function initialOf(part: JsonObject, { type, values, place, optional }: Initial): Value {
  const source = part.get('source') ?? 'embedded'
  if (source !== 'embedded') refuseSource(source, place)
  if (!part.has('init') && !optional) place.refuse('"init" is missing')
  const given: Json = part.has('init') ? part.get('init')! : new Map<string, Json>()
  if (given instanceof Decoded && given.typeKey === type.key) return given.value
  const init = given instanceof Decoded ? given.json() : given
  try {
    return values.literalReader(type)(init)
  } catch (error) {
    if (!(error instanceof MisfitError)) throw error
    return error.path.reduce<Place>((at, key) => at.at(key), place.at('init')).refuse(error.message)
  }
}

/** A document must not make us read files or addresses. */
function refuseSource(source: Json, place: Place): never {
  if (source !== 'json' && source !== 'avro') place.at('source').refuse('"source" is "embedded", "json" or "avro"')
  throw new SluiceError(
    'model.unsupported',
    `${place.toString()}: a source outside of the document is not read; put the data into "init"`,
    {
      details: { place: place.pointer },
    },
  )
}

function flag(part: JsonObject, key: string, place: Place): boolean {
  const value = part.get(key) ?? false
  return typeof value === 'boolean' ? value : place.at(key).refuse('true or false is wanted')
}
