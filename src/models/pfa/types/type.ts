/**
 * A type of PFA: Avro's types, functions (arguments of library functions only), and `exception`, the type of an expression that never
 * gives a value. Types are compared by `key`: two types are the same exactly when their keys are.
 */
export type Type = PrimitiveType | FixedType | EnumType | ArrayType | MapType | RecordType | UnionType | FunctionType

export type PrimitiveKind = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'string' | 'bytes' | 'exception'

export interface PrimitiveType {
  readonly kind: PrimitiveKind
  readonly key: string
}

export interface FixedType {
  readonly kind: 'fixed'
  readonly key: string
  /** With its namespace. */
  readonly name: string
  readonly size: number
}

export interface EnumType {
  readonly kind: 'enum'
  readonly key: string
  readonly name: string
  readonly symbols: readonly string[]
}

export interface ArrayType {
  readonly kind: 'array'
  readonly key: string
  readonly items: Type
}

export interface MapType {
  readonly kind: 'map'
  readonly key: string
  readonly values: Type
}

export interface RecordField {
  readonly name: string
  readonly type: Type
  /** The JSON of its default, where it has one. */
  readonly fallback?: unknown
}

export interface RecordType {
  readonly kind: 'record'
  readonly key: string
  readonly name: string
  /** Filled after the type is made, since a record may contain itself. */
  readonly fields: readonly RecordField[]
}

export interface UnionType {
  readonly kind: 'union'
  readonly key: string
  readonly types: readonly Type[]
  /** Where true, a value other than null is a `Boxed`; else each branch is told by what the value is. */
  readonly boxed: boolean
}

export interface FunctionType {
  readonly kind: 'fcn'
  readonly key: string
  readonly params: readonly Type[]
  readonly ret: Type
}

const primitive = (kind: PrimitiveKind): PrimitiveType => ({ kind, key: kind })

export const NULL = primitive('null')
export const BOOLEAN = primitive('boolean')
export const INT = primitive('int')
export const LONG = primitive('long')
export const FLOAT = primitive('float')
export const DOUBLE = primitive('double')
export const STRING = primitive('string')
export const BYTES = primitive('bytes')
/** The type of `error`: it fits wherever a value is wanted. */
export const EXCEPTION = primitive('exception')

export const PRIMITIVES: ReadonlyMap<string, PrimitiveType> = new Map(
  [NULL, BOOLEAN, INT, LONG, FLOAT, DOUBLE, STRING, BYTES].map((type) => [type.kind, type]),
)

export function arrayOf(items: Type): ArrayType {
  return { kind: 'array', key: `array(${items.key})`, items }
}

export function mapOf(values: Type): MapType {
  return { kind: 'map', key: `map(${values.key})`, values }
}

export function functionOf(params: readonly Type[], ret: Type): FunctionType {
  return { kind: 'fcn', key: `fcn(${params.map((param) => param.key).join(',')})->${ret.key}`, params, ret }
}

/** The union of these types, which are no unions themselves and differ from each other. */
export function unionOf(types: readonly Type[]): UnionType {
  const looks = types.map(lookOf)
  const key = `(${types
    .map((type) => type.key)
    .toSorted()
    .join('|')})`
  return { kind: 'union', key, types, boxed: new Set(looks).size < looks.length }
}

/** Kinds whose values look alike at run time. */
const LOOKS: Readonly<Partial<Record<Type['kind'], string>>> = {
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  enum: 'string',
  fixed: 'bytes',
}

function lookOf(type: Type): string {
  return type.kind === 'record' ? type.key : (LOOKS[type.kind] ?? type.kind)
}

export function isNumeric(type: Type): boolean {
  return type.kind === 'int' || type.kind === 'long' || type.kind === 'float' || type.kind === 'double'
}
