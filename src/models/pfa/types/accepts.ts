import { arrayOf, DOUBLE, EXCEPTION, FLOAT, INT, LONG, mapOf, type Type, unionOf } from './type.ts'

const RANK: Readonly<Partial<Record<Type['kind'], number>>> = { int: 0, long: 1, float: 2, double: 3 }
const BY_RANK: readonly Type[] = [INT, LONG, FLOAT, DOUBLE]

/** Whether a value of type `given` may stand where one of type `wanted` is expected (PFA 0.8.1, type resolution and promotion). */
export function accepts(wanted: Type, given: Type): boolean {
  if (given.kind === 'exception') return false
  if (wanted.key === given.key) return true
  if (given.kind === 'union') return given.types.every((type) => accepts(wanted, type))
  if (wanted.kind === 'union') return wanted.types.some((type) => accepts(type, given))
  if (wanted.kind === 'array' && given.kind === 'array') return accepts(wanted.items, given.items)
  if (wanted.kind === 'map' && given.kind === 'map') return accepts(wanted.values, given.values)
  if (wanted.kind === 'fcn' && given.kind === 'fcn') {
    return (
      wanted.params.length === given.params.length &&
      wanted.params.every((param, i) => accepts(given.params[i]!, param)) &&
      accepts(wanted.ret, given.ret)
    )
  }
  return promotes(wanted, given)
}

function promotes(wanted: Type, given: Type): boolean {
  const to = RANK[wanted.kind]
  const from = RANK[given.kind]
  return to !== undefined && from !== undefined && from <= to
}

/** The narrowest type that accepts all of these, or undefined where there is none. At least one must not be `exception`. */
export function broadestType(candidates: readonly Type[]): Type | undefined {
  const types = candidates.filter((type) => type.kind !== 'exception')
  const [first] = types
  if (first === undefined) return EXCEPTION
  if (types.every((type) => type.key === first.key)) return first
  if (types.every((type) => RANK[type.kind] !== undefined)) return BY_RANK[Math.max(...types.map((type) => RANK[type.kind]!))]
  if (types.every((type) => type.kind === 'array')) {
    const items = broadestType(types.map((type) => type.items))
    return items && arrayOf(items)
  }
  if (types.every((type) => type.kind === 'map')) {
    const values = broadestType(types.map((type) => type.values))
    return values && mapOf(values)
  }
  if (types.every((type) => isNamed(type)) || types.some((type) => type.kind === 'fcn')) return undefined
  return unionOfAll(types)
}

function isNamed(type: Type): boolean {
  return type.kind === 'record' || type.kind === 'enum' || type.kind === 'fixed'
}

/** The union of these, where one that another accepts is left out; undefined where two of them could not be told apart by their tags. */
export function unionOfAll(types: readonly Type[]): Type | undefined {
  const distinct = distinctTypes(types, [])
  if (distinct.length === 1) return distinct[0]
  for (const kind of ['fixed', 'enum', 'array', 'map']) if (distinct.filter((type) => type.kind === kind).length > 1) return undefined
  return unionOf(distinct)
}

function distinctTypes(types: readonly Type[], into: Type[]): readonly Type[] {
  for (const type of types) {
    if (type.kind === 'union') distinctTypes(type.types, into)
    else if (!into.some((known) => accepts(known, type))) {
      const narrower = into.findIndex((known) => accepts(type, known))
      if (narrower < 0) into.push(type)
      else into[narrower] = type
    }
  }
  return into
}
