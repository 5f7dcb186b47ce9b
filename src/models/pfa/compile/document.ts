import { isArray, isObject, type Json, type JsonObject, numberOf } from '../document/json.ts'
import type { Place } from '../document/place.ts'
import { TypeTable } from '../types/type-table.ts'
import type { Type } from '../types/type.ts'

export type Method = 'map' | 'emit' | 'fold'

/** The top level of a PFA document (PFA 0.8.1, document structure). */
export interface Document {
  readonly name: string
  readonly method: Method
  readonly input: Type
  readonly output: Type
  readonly types: TypeTable
  readonly json: JsonObject
  readonly place: Place
  readonly version: number | undefined
  readonly metadata: ReadonlyMap<string, string>
  readonly randseed: number | undefined
  /** Milliseconds per run, where the document limits it. */
  readonly timeouts: Readonly<Record<Run, number | undefined>>
}

export type Run = 'begin' | 'action' | 'end'

const METHODS: ReadonlySet<unknown> = new Set(['map', 'emit', 'fold'])
const FIELDS: ReadonlySet<string> = new Set(
  'name method input output begin action end fcns zero merge cells pools randseed doc version metadata options @'.split(' '),
)
/** Parts that hold expressions, and so declarations of types. */
const CODE = ['input', 'output', 'begin', 'action', 'end', 'fcns', 'merge']

/** Reads what is said at the top of a document. Refuses it where a field is unknown, missing or of the wrong kind. */
export function readDocument(json: Json, place: Place): Document {
  if (!isObject(json)) return place.refuse('a PFA document is an object')
  for (const key of json.keys()) if (!FIELDS.has(key)) place.refuse(`there is no top-level field '${key}'`)
  for (const key of ['input', 'output', 'action']) if (!json.has(key)) place.refuse(`the field '${key}' is missing`)
  const method = json.get('method') ?? 'map'
  if (!METHODS.has(method)) place.at('method').refuse('"method" is "map", "emit" or "fold"')
  const folds = method === 'fold'
  for (const key of ['zero', 'merge']) {
    if (json.has(key) !== folds) place.refuse(folds ? `a folding engine needs '${key}'` : `only a folding engine has '${key}'`)
  }
  const types = new TypeTable()
  for (const key of CODE) if (json.has(key)) types.declareAll(json.get(key)!, place.at(key, json.get(key)))
  for (const key of ['cells', 'pools']) {
    for (const [name, store] of entries(json, key, place)) {
      const here = place.at(key).at(name, store)
      if (isObject(store) && store.has('type')) types.declareAll(store.get('type')!, here.at('type'))
    }
  }
  return {
    name: text(json, 'name', place) ?? 'Engine',
    method: method as Method,
    input: types.read(json.get('input'), place.at('input', json.get('input'))),
    output: types.read(json.get('output'), place.at('output', json.get('output'))),
    types,
    json,
    place,
    version: integer(json, 'version', place),
    metadata: new Map(entries(json, 'metadata', place).map(([key, value]) => [key, metadataText(value, place.at('metadata').at(key))])),
    randseed: integer(json, 'randseed', place),
    timeouts: timeoutsOf(json, place),
  }
}

function metadataText(value: Json, place: Place): string {
  return typeof value === 'string' ? value : place.refuse('a text is wanted')
}

function text(json: JsonObject, key: string, place: Place): string | undefined {
  const value = json.get(key)
  return value === undefined || typeof value === 'string' ? value : place.at(key).refuse('a text is wanted')
}

function integer(json: JsonObject, key: string, place: Place): number | undefined {
  const value = json.get(key)
  if (typeof value === 'bigint') return Number(value)
  return value === undefined || (typeof value === 'number' && Number.isInteger(value))
    ? value
    : place.at(key).refuse('an integer is wanted')
}

function timeoutsOf(json: JsonObject, place: Place): Document['timeouts'] {
  const options = new Map(entries(json, 'options', place))
  const limit = (key: string): number | undefined => {
    const value = options.get(key)
    if (value === undefined) return undefined
    const milliseconds = numberOf(value)
    if (milliseconds === undefined) return place.at('options').at(key).refuse('a number of milliseconds is wanted')
    return milliseconds > 0 ? milliseconds : undefined
  }
  const all = limit('timeout')
  return { begin: limit('timeout.begin') ?? all, action: limit('timeout.action') ?? all, end: limit('timeout.end') ?? all }
}

/** The entries of an object that a document may have under this key, without locators. */
export function entries(json: JsonObject, key: string, place: Place): readonly (readonly [string, Json])[] {
  const object = json.get(key)
  if (object === undefined) return []
  return isObject(object) ? [...object].filter(([name]) => name !== '@') : place.at(key).refuse('an object is wanted')
}

/** The cells, or the pools, that some expression writes to. */
export function written(json: Json | undefined, kind: 'cell' | 'pool', into = new Set<string>()): ReadonlySet<string> {
  if (isArray(json)) for (const part of json) written(part, kind, into)
  if (isObject(json)) {
    const store = json.get(kind)
    if (typeof store === 'string' && (json.has('to') || json.has('del'))) into.add(store)
    for (const part of json.values()) if (typeof part === 'object') written(part, kind, into)
  }
  return into
}
